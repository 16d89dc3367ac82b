import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loopMeter } from '../../../src/desk/safety/loop-meter.ts';

test('C32: an answer is the delay beyond the sampling time since the one before it', () => {
  const calls: string[] = [];
  const samples: number[] = [];
  const meter = loopMeter({
    enable: () => calls.push('enable') > 0,
    reset: () => void samples.splice(0),
    get count() {
      return samples.length;
    },
    get max() {
      return Math.max(...samples);
    },
    percentile: () => samples[0] as number,
  });
  assert.equal(calls, ['enable']);
  samples.push(4e6, 255e6);
  const first = meter();
  assert.equal([first.delayP99Ms, first.delayMaxMs], [0, 250]);
  assert.ok(first.heapFraction > 0 && first.heapFraction < 1);
  const second = meter();
  assert.equal([second.delayP99Ms, second.delayMaxMs], [0, 0]);
});

test('the loop of this process can be measured', () => {
  const { delayMaxMs, delayP99Ms } = loopMeter()();
  assert.ok(delayMaxMs >= 0 && delayP99Ms >= 0);
});

test.run();
