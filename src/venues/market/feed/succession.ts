import type { MarketStream } from '../market-stream.ts';
import type { MarketView } from '../market-view.ts';
import type { MarketFeedPort } from './market-feed-port.ts';
import { MarketLine } from './market-line.ts';

/** A successor that is never behind its predecessor takes over so late all the same. */
const SUCCESSION_MS_MAX = 5_000;
/** A line that speaks for so long while the one that leads is silent leads from then on. */
const SILENT_NS = 500e6;

export interface SuccessionOptions {
  /** Each line has a stream of its own. */
  readonly openStream: () => MarketStream;
  readonly port: MarketFeedPort;
  /** Connections that are wanted all the time. */
  readonly feeds: 1 | 2;
  /** Another line leads from now on. */
  readonly handedOver: (from: MarketLine, to: MarketLine, why: string) => void;
}

/**
 * The lines of a feed, one or two, and which of them leads: another one takes over when the leader
 * loses a book, falls silent, or grows as old as the venue lets a connection be. With one line
 * wanted, a second is made only to take over from an old one.
 */
export class Succession {
  /** In the order of their places. */
  readonly lines: MarketLine[];
  leader: MarketLine;
  handovers = 0;
  readonly #options: SuccessionOptions;
  /** Who is to lead as soon as nothing is lost by it, because the leader grows old. */
  #heir: MarketLine | null = null;
  #heirSinceMs = 0;
  /** When a connection was begun last; the venue counts them. */
  #connectedMs = Number.NEGATIVE_INFINITY;

  constructor(options: SuccessionOptions) {
    this.#options = options;
    this.leader = new MarketLine(0, options.openStream(), options.port);
    this.lines = [this.leader];
  }

  begin(): void {
    this.connect(this.leader);
    if (this.#options.feeds === 2) this.connect(this.#other());
  }

  /** Makes a connection, as soon as the venue lets us make one more. */
  connect(line: MarketLine): void {
    const { nowMs } = line;
    const earlyMs = this.#connectedMs + line.stream.reconnectMsMin - nowMs;
    line.isWanted = true;
    if (earlyMs > 0) {
      this.#options.port.later(line.at, 'due', earlyMs);
      return;
    }
    this.#connectedMs = nowMs;
    line.connect();
  }

  /** Every book of a line is right now. */
  onLive(line: MarketLine): void {
    if (line !== this.leader && !this.leader.isLive) this.#handOver(line, this.leader.name);
    this.replace();
  }

  /** Looks between two frames of a line whether it, or its heir, is the one to lead. */
  afterFrame(line: MarketLine, receivedNs: number): void {
    if (line !== this.leader) this.#compareSilence(line, receivedNs);
    else if (this.#heir !== null) this.#succeed(line, this.#heir);
  }

  /** @returns whether another line could take over from this one, which leads */
  handOverFrom(line: MarketLine, why: string): boolean {
    const heir = this.lines.find((each) => each !== line && each.isLive);
    if (line !== this.leader || heir === undefined) return false;
    this.#handOver(heir, why);
    return true;
  }

  /** Makes a new connection before the venue ends an old one, and lets go of what is too much. */
  replace(): void {
    const { leader } = this;
    const other = this.lines.find((line) => line !== leader) ?? null;
    if (leader.isAging) this.#appoint(leader, other ?? this.#other());
    else if (other === null || !other.isWanted) return;
    else if (this.#options.feeds === 1) {
      if (leader.isLive) other.retire();
    } else if (other.isAging && leader.isLive) other.giveUp();
  }

  /** The venue bans an address, and all lines have the same. */
  get bannedUntilMs(): number {
    return Math.max(...this.lines.map(({ bannedUntilMs }) => bannedUntilMs));
  }

  #compareSilence(line: MarketLine, receivedNs: number): void {
    if (!line.isLive) return;
    if (line.aheadSinceNs <= this.leader.silence.heardNs) line.aheadSinceNs = receivedNs;
    else if (receivedNs - line.aheadSinceNs >= SILENT_NS) this.#handOver(line, 'silent');
  }

  /** Between two frames at which the heir is not ahead, nothing is lost: it tells what is next. */
  #succeed(old: MarketLine, heir: MarketLine): void {
    const isAhead = heir.stream.views.some((view, at) =>
      view.isAheadOf(old.stream.views[at] as MarketView, heir.stream.hasVenueIds),
    );
    if (heir.isLive && !isAhead) this.#crown(old, heir);
  }

  /** Has somebody ready to lead in place of a line that grows old. */
  #appoint(old: MarketLine, heir: MarketLine): void {
    if (!heir.isWanted) {
      this.connect(heir);
    } else if (heir.isAging) {
      heir.giveUp();
    } else if (heir.isLive) {
      if (this.#heir !== heir) this.#heirSinceMs = old.nowMs;
      this.#heir = heir;
      if (old.nowMs - this.#heirSinceMs >= SUCCESSION_MS_MAX) this.#crown(old, heir);
    }
  }

  #crown(old: MarketLine, heir: MarketLine): void {
    this.#handOver(heir, 'old');
    if (this.#options.feeds === 1) old.retire();
    else old.giveUp();
  }

  #handOver(to: MarketLine, why: string): void {
    const from = this.leader;
    this.leader = to;
    this.#heir = null;
    this.handovers += 1;
    this.#options.port.log('info', 'handed-over', { from: from.at, to: to.at, why });
    this.#options.handedOver(from, to, why);
  }

  /** The place for a second connection, which begins when it is first needed. */
  #other(): MarketLine {
    const found = this.lines.find((line) => line !== this.leader);
    if (found !== undefined) return found;
    const { openStream, port } = this.#options;
    const line = new MarketLine(this.lines.length, openStream(), port);
    this.lines.push(line);
    return line;
  }
}
