import { type Result, reasonOf } from '../../../src/core/result.ts';
import type { CompiledContract } from '../../../src/remote/link/contract.ts';
import type { LinkEnded, LinkFrame } from '../../../src/remote/link/frame.ts';
import type { StopReason, Terminated } from '../actor-spec.ts';
import type { DeadLetterReason } from '../mail/dead-letters.ts';
import { type ActorRef, NODE_MARK, type Reply } from '../ref.ts';
import { ASK_PATH, AskFailed, type Switchboard, type Watch, type Watched } from '../switchboard.ts';
import { type Ends, inward, isStale, outward, remoteAddress } from './address.ts';
import type { Letter } from './connection.ts';

type Contracts = ReadonlyMap<string, CompiledContract>;
type FrameOf<K extends LinkFrame['kind']> = Extract<LinkFrame, { readonly kind: K }>;

/** What a session needs of its link. */
export interface SessionHost {
  readonly board: Switchboard;
  readonly exports: Contracts;
  readonly imports: Contracts;
  readonly peer: string;
  /** The peer's incarnation. */
  readonly incarnation: string;
  /** The number for the next command; 0 when no more can wait for their acknowledgement. */
  nextCommand(): number;
  /** Queues a frame; `full` when there is no room, else what is wrong with it. */
  send(frame: LinkFrame, letter: Letter | null): Result<void, 'full' | string>;
  /** Notes a command that came. @returns false for one that has been delivered already */
  isNews(command: number): boolean;
  /** Ends the connection, because what the peer waits for cannot be sent. */
  cut(why: string): void;
  /** A message was turned away: what, and why. */
  noteRefusal(path: string, detail: string): void;
  fenced<A extends unknown[]>(callback: (...args: A) => void): (...args: A) => void;
}

/** Questions, and watches, in one direction of one link. */
export const LINK_ASKS_MAX = 16_384;
export const LINK_WATCHES_MAX = 16_384;
/** No question of a peer is kept open for longer. */
export const LINK_ASK_MS_MAX = 600_000;

/**
 * What two nodes have going while a connection lasts: questions and watches in both directions.
 * All of it ends with the session; nothing is carried over to the next one.
 */
export class Session {
  readonly #host: SessionHost;
  readonly #ends: Ends;
  /** Questions sent to the peer: whose contract the answer has to keep to. */
  readonly #asked = new Map<number, CompiledContract>();
  /** Watches of actors here, for the other end of the link and the other way round. */
  readonly #watching = new Map<number, Watch>();
  readonly #watched = new Map<number, { readonly target: Watched; readonly watch: Watch }>();
  #watches = 0;
  #answering = 0;
  #isOver = false;

  constructor(host: SessionHost) {
    this.#host = host;
    const { peer, incarnation } = host;
    this.#ends = { peer, incarnation, isExported: (path) => host.exports.has(path) };
  }

  /** Questions and watches that are open, in both directions. */
  get openCount(): number {
    return this.#asked.size + this.#answering + this.#watching.size + this.#watched.size;
  }

  deliver(to: ActorRef<never>, message: unknown, sender: string): boolean {
    const letter = { to, message, sender };
    const found = this.#contractOf(to);
    if (typeof found === 'string') return this.#bury(letter, found);
    const { host, contract, path } = { host: this.#host, contract: found, path: found.path };
    let question = 0;
    let limitMs = 0;
    const asked = (id: number): string | null => {
      const givenMs = host.board.limitOfAsk(id);
      if (givenMs === undefined) return 'nobody waits for this answer any more';
      if (question !== 0) return 'a message asks one question at most';
      question = id;
      limitMs = givenMs;
      return null;
    };
    const checked = contract.message(message, outward(this.#ends, asked));
    if (!checked.ok) {
      host.noteRefusal(to.path, checked.error);
      return this.#bury(letter, 'not-addressable');
    }
    const common = { path, uid: to.uid, from: sender, message: checked.value };
    if (question === 0) return this.#tell(letter, contract, common);
    if (this.#asked.size >= LINK_ASKS_MAX) return this.#bury(letter, 'overflow');
    const isSent = this.#offer({ kind: 'ask', ...common, ask: question, limitMs }, letter);
    if (isSent) this.#asked.set(question, contract);
    return isSent;
  }

  #contractOf(to: ActorRef<never>): CompiledContract | DeadLetterReason {
    const address = remoteAddress(to.path);
    if (address === null) return 'unknown';
    if (isStale(address, to.uid, this.#host.incarnation)) return 'stale-incarnation';
    return this.#host.imports.get(address.path) ?? 'not-addressable';
  }

  #tell(
    letter: Letter,
    contract: CompiledContract,
    common: Pick<FrameOf<'tell'>, 'path' | 'uid' | 'from' | 'message'>,
  ): boolean {
    const isCommand = contract.delivery === 'command';
    const command = isCommand ? this.#host.nextCommand() : 0;
    if (isCommand && command === 0) return this.#bury(letter, 'overflow');
    return this.#offer({ kind: 'tell', ...common, command }, letter);
  }

  #offer(frame: LinkFrame, letter: Letter): boolean {
    const sent = this.#host.send(frame, letter);
    if (sent.ok) return true;
    if (sent.error === 'full') return this.#bury(letter, 'overflow');
    this.#host.noteRefusal(letter.to.path, sent.error);
    return this.#bury(letter, 'not-addressable');
  }

  #bury({ to, message, sender }: Letter, reason: DeadLetterReason): false {
    return this.#host.board.bury(to, message, sender, reason);
  }

  /** Sends what the peer waits for. Without room it learns of that by the loss of the link. */
  #owe(frame: LinkFrame): void {
    if (this.#isOver) return;
    const sent = this.#host.send(frame, null);
    if (!sent.ok) this.#host.cut(`${frame.kind}: ${sent.error}`);
  }

  watched(to: ActorRef<never>): Watched {
    let number = 0;
    return {
      uid: to.uid,
      addWatch: (watch) => {
        const found = this.#contractOf(to);
        if (typeof found === 'string') return false;
        if (this.#isOver || this.#watching.size >= LINK_WATCHES_MAX) {
          watch.tell({ kind: 'noconnection' });
          return true;
        }
        this.#watches += 1;
        number = this.#watches;
        this.#watching.set(number, watch);
        this.#owe({ kind: 'watch', path: found.path, uid: to.uid, watch: number });
        return true;
      },
      removeWatch: () => {
        if (this.#watching.delete(number)) this.#owe({ kind: 'unwatch', watch: number });
      },
    };
  }

  receive(frame: LinkFrame): void {
    if (frame.kind === 'tell') this.#onTell(frame);
    else if (frame.kind === 'ask') this.#onAsk(frame);
    else if (frame.kind === 'answer') this.#onAnswer(frame);
    else if (frame.kind === 'failed') this.#failAsk(frame.ask, frame.reason, frame.detail);
    else if (frame.kind === 'watch') this.#onWatch(frame);
    else if (frame.kind === 'unwatch') this.#onUnwatch(frame.watch);
    else this.#onEnded(frame);
  }

  #onTell(frame: FrameOf<'tell'>): void {
    const { board, exports } = this.#host;
    if (frame.command > 0 && !this.#host.isNews(frame.command)) return;
    const { path, uid, message } = frame;
    const contract = exports.get(path);
    const checked = contract?.message(message, inward(this.#ends, null));
    const sender = this.#senderOf(frame.from);
    if (checked?.ok) board.deliver({ path, uid }, checked.value, sender);
    else {
      this.#host.noteRefusal(path, checked?.error ?? NOT_EXPORTED);
      board.bury({ path, uid }, message, sender, 'not-addressable');
    }
  }

  /** A question of this node stands for the one of the peer, so that it fails just as fast. */
  #onAsk(frame: FrameOf<'ask'>): void {
    const { board, exports } = this.#host;
    const { ask, path, uid, message } = frame;
    const contract = exports.get(path);
    if (contract === undefined) {
      this.#host.noteRefusal(path, NOT_EXPORTED);
      this.#owe({ kind: 'failed', ask, reason: 'refused', detail: NOT_EXPORTED });
      return;
    }
    if (this.#answering >= LINK_ASKS_MAX) {
      this.#owe({ kind: 'failed', ask, reason: 'too-many', detail: `${LINK_ASKS_MAX} are open` });
      return;
    }
    this.#answering += 1;
    const make = (reply: Reply<unknown>): unknown => {
      const checked = contract.message(message, inward(this.#ends, reply));
      if (checked.ok) return checked.value;
      this.#host.noteRefusal(path, checked.error);
      throw new AskFailed('refused', path, checked.error);
    };
    const limitMs = Math.min(frame.limitMs, LINK_ASK_MS_MAX);
    const asker = { path: this.#senderOf(frame.from), uid: 0 };
    board.ask({ path, uid }, make, limitMs, asker).then(
      this.#host.fenced((answer: unknown) => this.#sendAnswer(ask, contract, answer)),
      this.#host.fenced((thrown: AskFailed) => this.#sendFailure(ask, thrown)),
    );
  }

  #sendAnswer(ask: number, contract: CompiledContract, answer: unknown): void {
    this.#answering -= 1;
    if (this.#isOver) {
      const asker = { path: this.#senderOf(ASK_PATH), uid: ask };
      this.#host.board.bury(asker, answer, contract.path, 'noconnection');
      return;
    }
    const checked = contract.answer(
      answer,
      outward(this.#ends, () => 'an answer asks nothing'),
    );
    const sent = checked.ok
      ? this.#host.send({ kind: 'answer', ask, message: checked.value }, null)
      : checked;
    if (sent.ok) return;
    this.#host.noteRefusal(contract.path, sent.error);
    this.#owe({ kind: 'failed', ask, reason: 'refused', detail: sent.error });
  }

  #sendFailure(ask: number, { reason, message }: AskFailed): void {
    this.#answering -= 1;
    this.#owe({ kind: 'failed', ask, reason, detail: message });
  }

  #onAnswer({ ask, message }: FrameOf<'answer'>): void {
    const contract = this.#asked.get(ask);
    // Answers to nothing, or a second one: nobody here waits for it.
    if (contract === undefined) {
      this.#host.noteRefusal(ASK_PATH, `no question ${ask}`);
      return;
    }
    const checked = contract.answer(message, inward(this.#ends, null));
    if (!checked.ok) {
      this.#failAsk(ask, 'refused', checked.error);
      return;
    }
    this.#asked.delete(ask);
    const sender = this.#senderOf(contract.path);
    this.#host.board.deliver({ path: ASK_PATH, uid: ask }, checked.value, sender);
  }

  #failAsk(ask: number, reason: AskFailed['reason'], detail: string): void {
    if (this.#asked.delete(ask)) this.#host.board.failAsk(ask, reason, detail);
  }

  #onWatch({ path, uid, watch: number }: FrameOf<'watch'>): void {
    const { board, exports } = this.#host;
    const target = exports.has(path) ? board.recipientAt(path) : undefined;
    const isMeant = target !== undefined && (uid === 0 || uid === target.uid);
    const isKnown = this.#watched.has(number);
    if (isKnown || this.#watched.size >= LINK_WATCHES_MAX) {
      this.#host.cut(`watch ${number}: ${isKnown ? 'found twice' : 'too many watches'}`);
      return;
    }
    const watch = {
      watcher: this.#senderOf(''),
      tell: (reason: Terminated['reason']) => {
        if (this.#watched.delete(number)) this.#tellEnd(number, reason);
      },
    };
    if (isMeant && target.addWatch(watch)) this.#watched.set(number, { target, watch });
    else this.#tellEnd(number, { kind: 'unknown' });
  }

  #tellEnd(watch: number, reason: Terminated['reason']): void {
    this.#owe({ kind: 'ended', watch, reason: endedOf(reason) });
  }

  #onUnwatch(number: number): void {
    const held = this.#watched.get(number);
    this.#watched.delete(number);
    held?.target.removeWatch(held.watch);
  }

  #onEnded({ watch: number, reason }: FrameOf<'ended'>): void {
    const watch = this.#watching.get(number);
    this.#watching.delete(number);
    watch?.tell(reason);
  }

  #senderOf(from: string): string {
    return `${NODE_MARK}${this.#host.peer}/${from}`;
  }

  /** The connection is lost: whoever waits for something learns it now. */
  end(why: string): void {
    this.#isOver = true;
    for (const ask of [...this.#asked.keys()]) this.#failAsk(ask, 'noconnection', why);
    for (const watch of this.#watching.values()) watch.tell({ kind: 'noconnection' });
    this.#watching.clear();
    for (const { target, watch } of this.#watched.values()) target.removeWatch(watch);
    this.#watched.clear();
  }
}

const NOT_EXPORTED = 'not exported';

/** What of an end can be told to another node. */
function endedOf(reason: Terminated['reason']): LinkEnded {
  if (reason.kind !== 'failed') return reason satisfies Exclude<typeof reason, Failed>;
  return { kind: 'failed', error: reasonOf(reason.error), isFatal: reason.isFatal };
}

type Failed = Extract<StopReason, { readonly kind: 'failed' }>;
