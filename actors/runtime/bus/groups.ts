import { assert } from '../../../src/core/result.ts';
import type { Recipient, Watch } from '../switchboard.ts';

interface Membership {
  readonly member: Recipient;
  readonly watch: Watch;
}

/** Actors in named groups, in the order in which they joined. One that ends leaves by itself. */
export class Groups<K> {
  readonly #what: string;
  readonly #max: number;
  readonly #onLeft: (group: K) => void;
  readonly #groups = new Map<K, Map<number, Membership>>();
  #size = 0;

  /**
   * @param what names the memberships in an error
   * @param max memberships in all groups together
   * @param onLeft called after an actor has left a group
   */
  constructor(what: string, max: number, onLeft: (group: K) => void) {
    this.#what = what;
    this.#max = max;
    this.#onLeft = onLeft;
  }

  /** @returns false when it is in already. @throws RangeError when there are too many */
  join(group: K, member: Recipient): boolean {
    const members = this.#groups.get(group) ?? new Map<number, Membership>();
    if (members.has(member.uid)) return false;
    if (this.#size >= this.#max) {
      throw new RangeError(`${member.text}: there are ${this.#max} ${this.#what} already`);
    }
    const watch = { watcher: this.#what, tell: () => void this.leave(group, member) };
    assert(member.addWatch(watch), `${member.text}: an actor that has ended joins nothing`);
    this.#groups.set(group, members.set(member.uid, { member, watch }));
    this.#size += 1;
    return true;
  }

  leave(group: K, member: Recipient): void {
    const members = this.#groups.get(group);
    const membership = members?.get(member.uid);
    if (members === undefined || membership === undefined) return;
    member.removeWatch(membership.watch);
    members.delete(member.uid);
    if (members.size === 0) this.#groups.delete(group);
    this.#size -= 1;
    this.#onLeft(group);
  }

  hasAny(group: K): boolean {
    return this.#groups.has(group);
  }

  membersOf(group: K): Recipient[] {
    return [...(this.#groups.get(group)?.values() ?? [])].map(({ member }) => member);
  }
}
