import type { Files } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { MarketRules } from '../exchange/market-rules.ts';
import { RecordingFault, type RecordingSurvey, surveyRecording } from '../recording.ts';
import { type RulesSource, recordedRules } from './recorded-rules.ts';

/** A recording that can be replayed, and what is known of it before the first frame is played. */
export interface Recording {
  readonly path: string;
  readonly rules: MarketRules;
  readonly rulesSource: RulesSource;
  readonly streams: readonly string[];
  readonly frames: number;
  /** What turns the collector's clock into the venue's: added to each stamp. */
  readonly offsetMs: number;
  /** The venue's clock at the first and the last frame, whole milliseconds: down, and up. */
  readonly startMs: number;
  readonly endMs: number;
  /** For an operator: where the rules are from, and what was estimated. */
  readonly sentences: readonly string[];
}

export interface RecordingRefused {
  readonly kind: 'recording';
  readonly path: string;
  /** One sentence: what was found, and what would be right. */
  readonly reason: string;
}

/** Symbols of COIN-M: `BTCUSD_PERP`, `ETHUSD_240927`. */
const COIN_MARGINED = /_(PERP|\d{6})$/;

/**
 * Reads a recording once from end to end and says whether it can be replayed.
 *
 * @param instruments file with the rules of its market; null looks beside the recording
 */
export async function openRecording(options: {
  readonly path: string;
  readonly instruments: string | null;
  readonly files: Files;
}): Promise<Result<Recording, RecordingRefused>> {
  const { path, instruments, files } = options;
  const refused = (reason: string) => err({ kind: 'recording' as const, path, reason });
  const surveyed = await surveyOf(path);
  if (!surveyed.ok) return refused(surveyed.error);
  const survey = surveyed.value;
  const unfit = unfitness(survey);
  if (unfit !== null) return refused(`${path}: ${unfit}`);
  const stated = recordedRules(survey, instruments, files);
  if (!stated.ok) return refused(stated.error);
  const { streams, frames, offsetMs, firstMs, lastMs } = survey;
  return ok({
    path,
    rules: stated.value.rules,
    rulesSource: stated.value.source,
    streams,
    frames,
    offsetMs,
    startMs: Math.floor(firstMs + offsetMs),
    endMs: Math.ceil(lastMs + offsetMs),
    sentences: [stated.value.sentence, clockSentence(survey)],
  });
}

async function surveyOf(path: string): Promise<Result<RecordingSurvey, string>> {
  try {
    return ok(await surveyRecording(path));
  } catch (thrown) {
    if (thrown instanceof RecordingFault) return err(thrown.message);
    throw thrown;
  }
}

/** Why nothing can be traded on a recording; null when it can. */
function unfitness({ symbol, symbols, isFutures, namelessLine }: RecordingSurvey): string | null {
  if (isFutures || COIN_MARGINED.test(symbol)) {
    const instead = 'replay a spot recording, or examine this one with `flyball book check`';
    return `${symbol} is a future, and only spot can be traded on a recording: ${instead}`;
  }
  if (symbols.length > 1) {
    return `found ${symbols.join(' and ')}, wanted the frames of one symbol in a file`;
  }
  if (namelessLine > 0) {
    return `line ${namelessLine}: an event without its stream, wanted {"stream":…,"data":…}`;
  }
  return null;
}

function clockSentence({ offsetMs, offsetSamples }: RecordingSurvey): string {
  if (offsetSamples === 0) return "no frame has the venue's time, so the collector's is taken";
  const way = offsetMs >= 0 ? 'behind' : 'ahead of';
  const by = `${Math.abs(offsetMs).toFixed(1)} ms ${way} the venue's`;
  return `the collector's clock was ${by} (median of ${offsetSamples} frames), which is corrected`;
}
