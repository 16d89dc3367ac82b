import { err, ok, type Result } from '../../core/result.ts';
import type { QueueModel } from '../../market/microstructure/queue-position.ts';
import { BinanceFacade } from '../binance/facade.ts';
import { FaultPlan } from '../binance/faults.ts';
import { DEFAULT_RETENTION } from '../exchange/clearing.ts';
import { DEFAULT_FEES } from '../exchange/fees.ts';
import type { RecordFault } from '../exchange/records.ts';
import { type RecordingFault, readRecording } from '../recording.ts';
import { accountsFault, type OptionFault, openAccounts } from '../server/accounts.ts';
import type { VenueProgress } from '../server/admin.ts';
import { type FrontOptions, VenueFront } from '../server/venue-front.ts';
import type { Recording } from './open-recording.ts';
import { type PlayedCounts, Player } from './player.ts';
import { DEFAULT_QUEUE_MODEL } from './queue-model.ts';
import { openRecordedExchange, type RecordedExchange } from './recorded-exchange.ts';
import { RecordedStreams } from './recorded-streams.ts';

/** The clock shows the venue time: `virtualTime` or `scaledTime`, begun at `recording.startMs`. */
export interface ReplayOptions extends FrontOptions {
  readonly recording: Recording;
  readonly queue?: QueueModel;
}

/** Opens a venue over a recording, with the accounts of before. Nothing plays before `start`. */
export function openReplayVenue(
  options: ReplayOptions,
): Result<ReplayVenue, RecordFault | OptionFault> {
  const wrong = accountsFault(options);
  if (wrong !== null) return err(wrong);
  const { recording, clock, records } = options;
  const exchange = openRecordedExchange({
    rules: recording.rules,
    fees: options.fees ?? DEFAULT_FEES,
    queue: options.queue ?? DEFAULT_QUEUE_MODEL,
    retention: options.retention ?? DEFAULT_RETENTION,
    records,
    clock,
  });
  if (!exchange.ok) return exchange;
  openAccounts(exchange.value, options.accounts);
  return ok(new ReplayVenue(exchange.value, options));
}

/** A recorded market behind the protocol of the venue that it was recorded at. */
export class ReplayVenue extends VenueFront {
  readonly exchange: RecordedExchange;
  readonly recording: Recording;
  readonly player: Player;

  constructor(exchange: RecordedExchange, options: ReplayOptions) {
    const { recording, clock, timers } = options;
    const { path, offsetMs, rules } = recording;
    const faults = new FaultPlan();
    const streams = new RecordedStreams(recording.streams, rules.instrument.symbol, faults);
    super(exchange, (parts) => new BinanceFacade({ ...parts, streams, faults }), options);
    this.exchange = exchange;
    this.recording = recording;
    const frames = readRecording(path);
    const play = (frame: Uint8Array): string | null => {
      const reason = exchange.play(frame);
      if (reason === null) streams.publish(frame);
      return reason;
    };
    this.player = new Player({ path, frames, offsetMs, clock, timers, play });
  }

  /** How the recording ended. */
  get ended(): Promise<Result<PlayedCounts, RecordingFault>> {
    return this.player.ended;
  }

  override get progress(): VenueProgress {
    const { isOver, fault } = this.player;
    return { isOver, fault: fault?.message ?? null };
  }

  /** Lets the recording go; see `playThrough` for virtual time. */
  start(): void {
    this.player.start();
  }

  /** Ends connections, and leaves the state of the accounts behind. */
  stop(): void {
    this.player.stop();
    this.facade.close();
    this.exchange.close();
  }
}
