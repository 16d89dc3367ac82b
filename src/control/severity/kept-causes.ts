import { assert, err, ok, type Result, reasonOf } from '../../core/result.ts';
import type { StateSeal } from '../mode/state-seal.ts';
import { assertCause, type SafetyCause, type SafetyScope } from '../safety-cause.ts';
import type { RaisedCause } from './raised-cause.ts';

/**
 * The causes that people have to release, as text with a MAC: they stand again after a start. At
 * its bounds it stays below the 40 KiB of a document of the journal.
 */
export function sealCauses(causes: readonly RaisedCause[], seal: StateSeal): string {
  return seal.seal('flyball-severity-v1', { causes: causes.map(keptOf) });
}

/** What stood when it was sealed; times begin anew. An error says what is wrong with the text. */
export function openCauses(
  text: string,
  seal: StateSeal,
  nowMs: number,
): Result<readonly SafetyCause[], string> {
  const opened = seal.open('flyball-severity-v1', text);
  if (!opened.ok) return err(`the raised severities: ${opened.error}`);
  try {
    const { causes } = opened.value;
    assert(Array.isArray(causes), 'a list of causes');
    return ok(
      causes.map((kept) => {
        const cause = { ...(kept as Omit<SafetyCause, 'nowMs'>), nowMs };
        assertCause(cause);
        return cause;
      }),
    );
  } catch (thrown) {
    return err(`the raised severities: ${reasonOf(thrown)}`);
  }
}

/** Reasons are clipped, and their unprintable letters taken out, so that the text has a bound. */
const REASON_CHARS = 120;

function keptOf({ control, scope, severity, reset, owner, reason, sizeScale }: RaisedCause): {
  readonly scope: SafetyScope;
} & Omit<SafetyCause, 'nowMs'> {
  const clipped = reason.slice(0, REASON_CHARS).replace(/[^ -~]/g, '?');
  return { control, scope, severity, reset, owner, reason: clipped, sizeScale };
}
