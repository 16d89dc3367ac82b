import type { ChildFailed, Terminated } from '../actor-spec.ts';
import type { ContextOwner } from '../context.ts';
import type { Watch, Watched } from '../switchboard.ts';
import { Notice } from './mailbox.ts';

/** The news of one actor's end for one watcher. */
export class WatchNotice extends Notice implements Watch {
  readonly path: string;
  readonly uid: number;
  target: Watched | null = null;
  readonly #owner: ContextOwner;
  readonly #forget: () => void;
  #isOwnMessage: boolean;

  constructor(
    owner: ContextOwner,
    path: string,
    uid: number,
    message: unknown,
    forget: () => void,
  ) {
    super(message);
    this.#owner = owner;
    this.path = path;
    this.uid = uid;
    this.#isOwnMessage = message !== undefined;
    this.#forget = forget;
  }

  /** A later `watch` of the same incarnation may name another message. */
  replace(message: unknown): void {
    if (message === undefined) return;
    this.message = message;
    this.#isOwnMessage = true;
  }

  tell(reason: Terminated['reason']): void {
    if (!this.#isOwnMessage) {
      this.message = Object.freeze(this.#newsOf(reason));
    }
    this.#owner.acceptNotice(this);
  }

  #newsOf(reason: Terminated['reason']): Terminated | ChildFailed {
    const { path, uid } = this;
    if (reason.kind !== 'failed' || !this.#owner.isParentOf(path)) {
      return { kind: 'terminated', path, uid, reason };
    }
    return { kind: 'child-failed', path, uid, error: reason.error, isFatal: reason.isFatal };
  }

  get watcher(): string {
    return this.#owner.text;
  }

  cancel(): void {
    this.isLive = false;
    this.target?.removeWatch(this);
    this.#forget();
  }

  override read(): boolean {
    if (this.isLive) this.#forget();
    return super.read();
  }
}
