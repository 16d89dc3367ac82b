import { z } from 'zod';
import { err, ok, type Result, reasonOf } from '../core/result.ts';

/** An actor's address: a path and, unless 0, the one incarnation that is meant. */
export interface LinkAddress {
  readonly path: string;
  readonly uid: number;
}

/** How addresses inside a message are written in its schema; they are translated on the way. */
export interface AddressSchemas {
  /** A reference to an actor: of the sender's that it exports, or of the recipient's. */
  readonly ref: z.ZodType<LinkAddress>;
  /** Where the answer goes; at most one in a message, which makes the message a question. */
  readonly reply: z.ZodType<LinkAddress>;
}

/**
 * What may be sent to one actor over a link. The node with the actor exports it, the other imports
 * it; both check every message and every answer.
 */
export interface LinkContract {
  /** The exact path of the actor on its node. */
  readonly path: string;
  /** Raised when a schema changes its meaning; nodes with different versions do not link. */
  readonly version: number;
  /**
   * Both deliver at most once. A `tell` is lost with its connection. A `command` is acknowledged
   * and, within its time, sent again after a reconnect to the same life of the peer.
   */
  readonly delivery: 'tell' | 'command';
  readonly message: (schemas: AddressSchemas) => z.ZodType;
  readonly answer?: (schemas: AddressSchemas) => z.ZodType;
}

/** What an address in a message becomes on its way; one sentence says why it may not pass. */
export interface AddressTranslation {
  ref(given: LinkAddress & { readonly at?: string }): Result<unknown, string>;
  reply(given: LinkAddress): Result<unknown, string>;
}

/** Contracts on one node at one end of one link, and letters of a path: a greeting holds all. */
export const CONTRACTS_MAX = 256;
export const PATH_LETTERS_MAX = 200;
/**
 * Branches whose actors are never addressable from another node: a tick must become an order, and
 * a kill must take hold, without waiting for a network.
 */
export const LOCAL_BRANCHES = ['safety', 'market-data', 'trading'] as const;
const PATH = /^[A-Za-z0-9][A-Za-z0-9:._-]*(\/[A-Za-z0-9][A-Za-z0-9:._-]*)*$/;

/** @throws RangeError for a path that may not cross a link, or is there twice */
export function compileContracts(
  contracts: readonly LinkContract[],
): ReadonlyMap<string, CompiledContract> {
  if (contracts.length > CONTRACTS_MAX) {
    throw new RangeError(`${contracts.length} contracts, wanted at most ${CONTRACTS_MAX}`);
  }
  const compiled = new Map<string, CompiledContract>();
  for (const contract of contracts) {
    const { path } = contract;
    const fault = pathFault(path);
    if (fault !== null) throw new RangeError(`contract ${JSON.stringify(path)}: ${fault}`);
    if (compiled.has(path)) throw new RangeError(`contract ${path}: found twice, wanted once`);
    compiled.set(path, new CompiledContract(contract));
  }
  return compiled;
}

function pathFault(path: string): string | null {
  if (!PATH.test(path) || path.length > PATH_LETTERS_MAX) return 'found no path of an actor';
  const [branch] = path.split('/');
  if (!LOCAL_BRANCHES.some((local) => local === branch)) return null;
  return `actors of ${branch} are local: the way from feed to order never crosses a link`;
}

/** A contract whose schemas are built, for checking and translating in one pass. */
export class CompiledContract {
  readonly path: string;
  readonly version: number;
  readonly delivery: LinkContract['delivery'];
  readonly #message: z.ZodType;
  readonly #answer: z.ZodType;
  /** The translation of the check under way; checks are synchronous. */
  #translation: AddressTranslation | null = null;

  constructor(contract: LinkContract) {
    this.path = contract.path;
    this.version = contract.version;
    this.delivery = contract.delivery;
    const schemas = { ref: this.#addressSchema('ref'), reply: this.#addressSchema('reply') };
    this.#message = contract.message(schemas);
    this.#answer = contract.answer?.(schemas) ?? z.never('this actor gives no answers');
  }

  /** The message as it goes on, or one sentence about what is wrong with it. */
  message(value: unknown, translation: AddressTranslation): Result<unknown, string> {
    return this.#check(this.#message, value, translation);
  }

  answer(value: unknown, translation: AddressTranslation): Result<unknown, string> {
    return this.#check(this.#answer, value, translation);
  }

  #check(
    schema: z.ZodType,
    value: unknown,
    translation: AddressTranslation,
  ): Result<unknown, string> {
    this.#translation = translation;
    let checked: ReturnType<typeof schema.safeParse>;
    try {
      checked = schema.safeParse(value);
    } catch (thrown) {
      // A schema's own code may throw, and must not take the sender of a message with it.
      return err(`${this.path}: its schema threw: ${reasonOf(thrown)}`);
    }
    if (checked.success) return ok(checked.data);
    const issue = checked.error.issues[0];
    return err(`${[this.path, ...(issue?.path ?? [])].join('.')}: ${issue?.message}`);
  }

  #addressSchema(kind: 'ref' | 'reply'): z.ZodType<LinkAddress> {
    const shape = z.object({
      path: z.string().min(1),
      uid: z.int().nonnegative(),
      at: z.string().optional(),
    });
    return shape.transform((given, context) => {
      const translated = (this.#translation as AddressTranslation)[kind](given as LinkAddress);
      if (translated.ok) return translated.value as LinkAddress;
      context.addIssue({ code: 'custom', message: translated.error });
      return z.NEVER;
    }) as unknown as z.ZodType<LinkAddress>;
  }
}
