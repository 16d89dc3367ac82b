import { type ErrorClass, SHUTDOWN_MS, type ShutdownLimit } from '../actors/runtime/actor-spec.ts';
import type { Spawnable } from '../actors/runtime/blueprint.ts';
import { CAPACITY_MAX, type MailboxPolicy } from '../actors/runtime/mail/mailbox.ts';
import type { SupervisorGaveUp } from '../actors/runtime/observers.ts';
import { nameFault } from '../actors/runtime/ref.ts';
import type { BackoffPolicy } from '../src/core/backoff.ts';
import { err, ok, type Result } from '../src/core/result.ts';

/** Always; only after an abnormal end; never. A normal end or a shutdown is not abnormal. */
export const RESTARTS = ['permanent', 'transient', 'temporary'] as const;
export type Restart = (typeof RESTARTS)[number];

/**
 * Who is restarted with a child: nobody, all its siblings, or those that were started after it.
 * A `dynamic` supervisor has one template and starts any number of children from it.
 */
export const STRATEGIES = ['one-for-one', 'one-for-all', 'rest-for-one', 'dynamic'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** Whether the supervisor ends with the first, or with the last, of its significant children. */
export const AUTO_SHUTDOWNS = ['never', 'any-significant', 'all-significant'] as const;
export type AutoShutdown = (typeof AUTO_SHUTDOWNS)[number];

const TYPES = ['worker', 'supervisor'] as const;
const POLICIES = ['discard', 'keep', 'conflate'] as const;

/** One child, as data. */
export interface ChildSpec {
  /** Its name under the supervisor. */
  readonly id: string;
  /**
   * Makes what is started; called again for each restart. `ignore` starts nothing and keeps the
   * spec. The argument is what a dynamic supervisor was given for this child.
   */
  start(argument: unknown): Spawnable | 'ignore';
  /** Default `permanent`. */
  readonly restart?: Restart;
  /** How long it may take to stop. Default 5000 for a worker, `unlimited` for a supervisor. */
  readonly shutdownMs?: ShutdownLimit;
  /** Default `worker`. */
  readonly type?: (typeof TYPES)[number];
  /** Its own end counts for `autoShutdown`; never of a permanent child, which does not end. */
  readonly significant?: boolean;
  /** What its successor gets of its mailbox. Default `discard`, for whatever may lead to orders. */
  readonly mailboxOnRestart?: MailboxPolicy;
  /** Delay before each restart. Default none. */
  readonly backoff?: BackoffPolicy;
  /** Other delays after errors of some classes, each with a count of its own; the first counts. */
  readonly backoffRules?: readonly BackoffRule[];
  /**
   * Messages that are kept for its successor from its failure to the restart, unless its mailbox
   * is discarded; those beyond are dead letters `stash-full`. Default what the mailbox holds.
   */
  readonly stashMax?: number;
  /**
   * Whether what it has spawned outlives its restart; default false. It is killed when no restart
   * follows after all.
   */
  readonly keepsChildren?: boolean;
  /**
   * Whether a first start that fails is tried again, within the budget and after the back-off,
   * while those after it wait. Default false: as in OTP, the supervisor does not start either.
   */
  readonly retriesFirstStart?: boolean;
}

export interface BackoffRule {
  readonly error: ErrorClass;
  readonly backoff: BackoffPolicy;
}

export interface SupervisorSpec {
  /** Default `one-for-one`. */
  readonly strategy?: Strategy;
  /** Restarts within `periodMs` that are too many by one: then it gives up. Default 1 in 5000. */
  readonly intensity?: number;
  readonly periodMs?: number;
  /** In the order in which they start; of a dynamic supervisor exactly the template. */
  readonly children: readonly ChildSpec[];
  /** Default `never`. */
  readonly autoShutdown?: AutoShutdown;
  /** Called before anything is stopped when it gives up. */
  onGiveUp?(event: SupervisorGaveUp): void;
}

/** Makes a supervisor's spec; `ignore` starts nothing, and is no failure. */
export type SupervisorInit = () => SupervisorSpec | 'ignore';

/** A spec with nothing left out. */
export type CheckedChild = Required<Omit<ChildSpec, 'backoff'>> & {
  readonly backoff: BackoffPolicy | null;
};

export type CheckedSupervisor = Required<Omit<SupervisorSpec, 'children' | 'onGiveUp'>> & {
  readonly children: readonly CheckedChild[];
  readonly onGiveUp: (event: SupervisorGaveUp) => void;
};

/** Which field of a spec makes no sense: `children[2].restart`, what is there, what would do. */
export interface SpecFault {
  readonly kind: 'bad-spec' | 'duplicate-child';
  readonly field: string;
  readonly found: string;
  readonly wanted: string;
}

/** A supervisor's start failed over its own spec. */
export class BadSpec extends Error {
  override readonly name = 'BadSpec';
  readonly fault: SpecFault;

  constructor(fault: SpecFault) {
    super(`${fault.field}: ${fault.found} is not ${fault.wanted}`);
    this.fault = fault;
  }
}

export const INTENSITY_DEFAULT = 1;
export const PERIOD_MS_DEFAULT = 5000;
/** A budget beyond this is no budget. */
export const INTENSITY_MAX = 1000;
const PERIOD_MS_MAX = 86_400_000;
const SHUTDOWN_MS_MAX = 3_600_000;
const BACKOFF_MS_MAX = 86_400_000;
/** Children that a supervisor starts by itself; a dynamic one may have many more. */
export const STATIC_CHILDREN_MAX = 1024;
export const BACKOFF_RULES_MAX = 16;

interface Rule {
  readonly field: string;
  readonly wanted: string;
  holds(value: unknown): boolean;
}

/** What a supervisor starts with; the error is what `init` threw, or a `BadSpec`. */
export function makeSpec(init: SupervisorInit): Result<CheckedSupervisor | 'ignore', unknown> {
  let given: SupervisorSpec | 'ignore';
  try {
    given = init();
  } catch (thrown) {
    return err(thrown);
  }
  if (given === 'ignore') return ok(given);
  const checked = checkSupervisor(given);
  return checked.ok ? checked : err(new BadSpec(checked.error));
}

/** Checks a supervisor's spec and fills in what it leaves out. Nothing is started. */
export function checkSupervisor(spec: SupervisorSpec): Result<CheckedSupervisor, SpecFault> {
  if (typeof spec !== 'object' || spec === null) {
    return err(badSpec('spec', shown(spec), 'an object'));
  }
  const fault = firstFault(spec, '', SUPERVISOR_RULES);
  if (fault !== null) return err(fault);
  const { strategy = 'one-for-one', autoShutdown = 'never' } = spec;
  const count = spec.children.length;
  if (strategy === 'dynamic' && count !== 1) {
    return err(badSpec('children', `${count} children`, 'exactly one template'));
  }
  const children: CheckedChild[] = [];
  for (const [at, child] of spec.children.entries()) {
    const checked = checkChild(child, autoShutdown, `children[${at}]`);
    if (!checked.ok) return checked;
    const { id } = checked.value;
    if (children.some((other) => other.id === id)) {
      const field = `children[${at}].id`;
      return err({ kind: 'duplicate-child', field, found: id, wanted: 'an id of its own' });
    }
    children.push(checked.value);
  }
  return ok({
    strategy,
    autoShutdown,
    intensity: spec.intensity ?? INTENSITY_DEFAULT,
    periodMs: spec.periodMs ?? PERIOD_MS_DEFAULT,
    children,
    onGiveUp: (event) => spec.onGiveUp?.(event),
  });
}

/** Checks one child's spec; `field` is where it stands. */
export function checkChild(
  spec: ChildSpec,
  autoShutdown: AutoShutdown,
  field = 'child',
): Result<CheckedChild, SpecFault> {
  if (typeof spec !== 'object' || spec === null) {
    return err(badSpec(field, shown(spec), 'an object'));
  }
  const fault = firstFault(spec, `${field}.`, CHILD_RULES);
  if (fault !== null) return err(fault);
  const { restart = 'permanent', type = 'worker', significant = false } = spec;
  if (significant && restart === 'permanent') {
    return err(badSpec(`${field}.significant`, 'true', 'of a permanent child, which never ends'));
  }
  if (significant && autoShutdown === 'never') {
    return err(badSpec(`${field}.significant`, 'true', 'of use while autoShutdown is never'));
  }
  return ok({
    id: spec.id,
    start: (argument) => spec.start(argument),
    restart,
    type,
    significant,
    shutdownMs: spec.shutdownMs ?? (type === 'worker' ? SHUTDOWN_MS : 'unlimited'),
    mailboxOnRestart: spec.mailboxOnRestart ?? 'discard',
    backoff: spec.backoff ?? null,
    backoffRules: spec.backoffRules ?? [],
    stashMax: spec.stashMax ?? CAPACITY_MAX,
    keepsChildren: spec.keepsChildren ?? false,
    retriesFirstStart: spec.retriesFirstStart ?? false,
  });
}

function firstFault(spec: object, prefix: string, rules: readonly Rule[]): SpecFault | null {
  for (const { field, wanted, holds } of rules) {
    const value = (spec as Readonly<Record<string, unknown>>)[field];
    if (!holds(value)) return badSpec(prefix + field, shown(value), wanted);
  }
  return null;
}

function badSpec(field: string, found: string, wanted: string): SpecFault {
  return { kind: 'bad-spec', field, found, wanted };
}

function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
}

function oneOf(field: string, choices: readonly string[]): Rule {
  return {
    field,
    wanted: `one of ${choices.join(', ')}`,
    holds: (value) => value === undefined || choices.includes(value as string),
  };
}

function yesOrNo(field: string): Rule {
  return {
    field,
    wanted: 'true or false',
    holds: (value) => value === undefined || typeof value === 'boolean',
  };
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

const SUPERVISOR_RULES: readonly Rule[] = [
  oneOf('strategy', STRATEGIES),
  {
    field: 'intensity',
    wanted: `a whole number in 0 … ${INTENSITY_MAX}`,
    holds: (value) =>
      value === undefined || (Number.isInteger(value) && isWithin(value, 0, INTENSITY_MAX)),
  },
  {
    field: 'periodMs',
    wanted: `in 1 … ${PERIOD_MS_MAX} ms`,
    holds: (value) => value === undefined || isWithin(value, 1, PERIOD_MS_MAX),
  },
  oneOf('autoShutdown', AUTO_SHUTDOWNS),
  {
    field: 'children',
    wanted: `a list of at most ${STATIC_CHILDREN_MAX} child specs`,
    holds: (value) => Array.isArray(value) && value.length <= STATIC_CHILDREN_MAX,
  },
];

const CHILD_RULES: readonly Rule[] = [
  {
    field: 'id',
    wanted: 'an actor name: 1 … 64 letters, digits, or one of : . _ -',
    holds: (value) => nameFault(value) === null,
  },
  { field: 'start', wanted: 'a function', holds: (value) => typeof value === 'function' },
  oneOf('restart', RESTARTS),
  oneOf('type', TYPES),
  {
    field: 'shutdownMs',
    wanted: `brutal-kill, unlimited, or in 0 … ${SHUTDOWN_MS_MAX} ms`,
    holds: (value) =>
      value === undefined ||
      value === 'brutal-kill' ||
      value === 'unlimited' ||
      isWithin(value, 0, SHUTDOWN_MS_MAX),
  },
  yesOrNo('significant'),
  yesOrNo('keepsChildren'),
  yesOrNo('retriesFirstStart'),
  oneOf('mailboxOnRestart', POLICIES),
  {
    field: 'backoff',
    wanted: '0 <= minMs <= maxMs <= 1 day, jitterFraction in 0 … 1, resetAfterMs >= 0',
    holds: (value) => value === undefined || isBackoff(value),
  },
  {
    field: 'backoffRules',
    wanted: `at most ${BACKOFF_RULES_MAX} of { error: a class, backoff: as the field backoff }`,
    holds: (value) =>
      value === undefined ||
      (Array.isArray(value) && value.length <= BACKOFF_RULES_MAX && value.every(isBackoffRule)),
  },
  {
    field: 'stashMax',
    wanted: `a whole number in 0 … ${CAPACITY_MAX}`,
    holds: (value) =>
      value === undefined || (Number.isInteger(value) && isWithin(value, 0, CAPACITY_MAX)),
  },
];

function isBackoff(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { minMs, maxMs, jitterFraction, resetAfterMs } = value as Record<string, unknown>;
  return (
    isWithin(maxMs, 0, BACKOFF_MS_MAX) &&
    isWithin(minMs, 0, maxMs as number) &&
    isWithin(jitterFraction, 0, 1) &&
    isWithin(resetAfterMs, 0, Number.MAX_VALUE)
  );
}

function isBackoffRule(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { error, backoff } = value as Record<string, unknown>;
  return typeof error === 'function' && isBackoff(backoff);
}
