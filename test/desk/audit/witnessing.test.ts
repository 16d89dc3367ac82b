import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok, type Result } from '../../../src/core/result.ts';
import { Witnessing, type WitnessRefusal } from '../../../src/desk/audit/witnessing.ts';
import { manualTime } from '../../storage/manual-time.ts';
import { aLog } from '../../support/actors/logs.ts';

type Answer = Result<string, WitnessRefusal>;

/** A log of one more entry a second, and a witness that answers as the test says. */
function aWitnessedLog(answer: (fromSize: number) => Answer) {
  const time = manualTime();
  const { log, lines } = aLog();
  const asked: number[] = [];
  const kept: string[] = [];
  let size = 0;
  let isProving = true;
  const witnessing = new Witnessing({
    witness: {
      cosign: async (_checkpoint, _proof, fromSize) => {
        asked.push(fromSize);
        return answer(fromSize);
      },
    },
    runner: {
      prove: async () => {
        size += 1;
        return isProving ? ok({ checkpoint: `head ${size}`, size, proof: [] }) : err('no tile');
      },
      keepWitnessed: (checkpoint) => kept.push(checkpoint),
    },
    ...time,
    log,
  });
  witnessing.start();
  return {
    ...{ time, lines, asked, kept, witnessing },
    setProving: (value: boolean) => {
      isProving = value;
    },
    async seconds(count: number) {
      for (let second = 0; second < count; second += 1) {
        time.advance(1_000);
        for (let turn = 0; turn < 8; turn += 1) await null;
      }
    },
  };
}

test('a head is cosigned every second, from the size that was seen last, and kept', async () => {
  const { witnessing, asked, kept, seconds } = aWitnessedLog(() => ok('signed'));
  await seconds(3);
  assert.equal(asked, [0, 1, 2]);
  assert.equal(kept, ['signed', 'signed', 'signed']);
  assert.is(witnessing.fault, null);
});

test('a witness that has seen another size is asked again from there at once', async () => {
  const answers = (from: number): Answer =>
    from === 0 ? err({ kind: 'stale-proof', seenSize: 40 }) : ok('signed');
  const { asked, kept, seconds } = aWitnessedLog(answers);
  await seconds(1);
  assert.equal([asked, kept.length], [[0, 40], 1]);
});

test('F43: a witness that is gone counts after ten seconds, and comes back by itself', async () => {
  let answer: Answer = err({ kind: 'no-witness', detail: 'nobody is there' });
  const { witnessing, seconds } = aWitnessedLog(() => answer);
  await seconds(9);
  assert.is(witnessing.fault, null);
  await seconds(1);
  assert.is(witnessing.fault, 'no witness has signed for 10 s: nobody is there');
  answer = err({ kind: 'refused', found: 'no room', expected: 'some' });
  await seconds(1);
  assert.match(witnessing.fault ?? '', /for 11 s: found no room, expected some/);
  answer = ok('signed');
  await seconds(1);
  assert.is(witnessing.fault, null);
});

test('F43: a log that cannot be proven is without a witness', async () => {
  const { witnessing, seconds, setProving } = aWitnessedLog(() => ok('signed'));
  setProving(false);
  await seconds(12);
  assert.match(witnessing.fault ?? '', /for 12 s: no tile/);
});

test('A08: a witness that has seen another log is believed, and not asked again', async () => {
  const refusal: Answer = err({ kind: 'inconsistent', found: '5 entries', expected: '9 or more' });
  const { witnessing, asked, lines, seconds } = aWitnessedLog(() => refusal);
  await seconds(5);
  assert.is(asked.length, 1);
  const reason = 'found 5 entries, expected 9 or more';
  assert.is(witnessing.fault, `the witness has seen another log: ${reason}`);
  assert.ok(lines.some((line) => line.startsWith('fatal desk audit-log-contradicted')));
});

test('a log that is closed asks nobody any more', async () => {
  const { witnessing, asked, seconds, time } = aWitnessedLog(() => ok('signed'));
  await seconds(1);
  witnessing.stop();
  await seconds(3);
  assert.equal([asked.length, time.pending()], [1, 0]);
});

test.run();
