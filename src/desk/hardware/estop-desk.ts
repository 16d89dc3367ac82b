import { address } from '../../../actors/addresses.ts';
import type { Lane } from '../../../actors/runtime/lane.ts';
import type { Reply } from '../../../actors/runtime/ref.ts';
import { proofState } from '../../../hardware/estop/proof-test.ts';
import { ESTOP_TIMES, HEALTHY } from '../../../hardware/estop/signals.ts';
import type { EstopState } from '../../../hardware/estop/state.ts';
import { mayArmLive } from '../../../hardware/gpio/port.ts';
import type { EstopEventRow, EstopPort, EstopRow } from '../../commands/estop/estop-port.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Millis } from '../../core/units.ts';
import type { EventStore } from '../../storage/event-store/event-store.ts';
import { ESTOP_STREAM } from '../../storage/event-store/event-stream.ts';
import type { DeskParts } from '../desk-parts.ts';
import { isoTime } from '../proof/event-rows.ts';

const ASK_TIMEOUT_MS = 5_000;
/** Events that are looked at for the last proof test; one a day are self-tests. */
const LOOKED_AT_MAX = 10_000;

/** The face that the stop of a running desk shows to people. */
export class EstopDesk implements EstopPort {
  readonly #parts: DeskParts;
  readonly #lane: Lane;
  readonly #settled: () => Promise<Result<EventStore, string>>;

  constructor(parts: DeskParts, lane: Lane, settled: () => Promise<Result<EventStore, string>>) {
    this.#parts = parts;
    this.#lane = lane;
    this.#settled = settled;
  }

  /** What is left of the stop's own cool-down, beside that of control; 0 when nothing stands. */
  cooldownMs(): number {
    const { stop } = this.#shown();
    if (stop === null || stop.cause === null) return 0;
    const endUs = stop.lastTripUs + ESTOP_TIMES.cooldownUs;
    return Math.max(0, (endUs - this.#parts.env.clock.mono() / 1_000) / 1_000);
  }

  state(): EstopRow {
    const { hardware, env } = this.#parts;
    const { kind } = hardware.backend;
    const { stop, provenMs } = this.#shown();
    const { levels } = stop ?? { levels: HEALTHY };
    const contact = (name: 'a' | 'b' | 'tamper') => (levels[name] === 1 ? 'closed' : 'open');
    return {
      driver: kind,
      isHardware: mayArmLive(kind),
      cause: stop === null ? 'the kill switch is down' : stop.cause,
      causes: stop?.causes ?? ['the kill switch is down'],
      isFaulted: stop?.isFaulted ?? false,
      isAcknowledged: stop?.isAcknowledged ?? false,
      contacts: { a: contact('a'), b: contact('b'), tamper: contact('tamper') },
      provenAt: provenMs === null ? null : isoTime(provenMs),
      proof: proofState(provenMs, env.clock.now()),
    };
  }

  #shown(): Shown {
    const view = this.#lane.view(address.killSwitch.path);
    const shown = view.ok ? (view.value as KillSwitchView | undefined) : undefined;
    return shown ?? { stop: null, provenMs: null };
  }

  acknowledge(by: string): Promise<boolean> {
    const make = (reply: Reply<boolean>) => ({ kind: 'acknowledge' as const, by, reply });
    return this.#lane.ask(address.killSwitch, make, ASK_TIMEOUT_MS);
  }

  async prove(by: string, reason: string): Promise<Result<EstopRow, string>> {
    const make = (reply: Reply<Result<void, string>>) => ({
      kind: 'prove' as const,
      by,
      reason,
      reply,
    });
    const proven = await this.#lane.ask(address.killSwitch, make, ASK_TIMEOUT_MS);
    return proven.ok ? ok(this.state()) : proven;
  }

  async report(last: number): Promise<Result<readonly EstopEventRow[], string>> {
    const store = await this.#settled();
    return store.ok ? ok([...eventRows(store.value, last)]) : store;
  }
}

/** What the kill switch lets people see. */
interface KillSwitchView {
  readonly stop: EstopState;
  readonly provenMs: Millis | null;
}

/** The same while there is a kill switch, or not. */
type Shown = { readonly [K in keyof KillSwitchView]: KillSwitchView[K] | null };

/** When a proof test was last passed, as the journal knows it; null when none was. */
export function lastProofMs(store: EventStore): Millis | null {
  let last: Millis | null = null;
  for (const { event } of latest(store, LOOKED_AT_MAX)) {
    if (event.kind === 'estop' && event.what === 'proof:passed') last = event.wallMs;
  }
  return last;
}

function* eventRows(store: EventStore, last: number): Generator<EstopEventRow> {
  for (const { sequence, boot, event } of latest(store, last)) {
    if (event.kind !== 'estop') continue;
    const { kind: _, wallMs, ...row } = event;
    yield { sequence, at: isoTime(wallMs), boot, ...row };
  }
}

function latest(store: EventStore, count: number) {
  const first = Math.max(1, store.version(ESTOP_STREAM) - count + 1);
  return store.readStream(ESTOP_STREAM, first);
}
