import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BUGS, type Strike } from '../../support/desk/bugs.ts';
import { assertDead, untilResting, untilTrading } from '../../support/desk/laws.ts';
import { rehearsed, type Stage } from '../../support/desk/rehearsed.ts';
import { onReadIn } from '../../support/desk/survival.ts';

/** V8's own errors, made as a bug would make them. */
const overflowTheStack = (): number => 1 + overflowTheStack();
const askForTooMuch: Strike = () => void new ArrayBuffer(Number.MAX_SAFE_INTEGER);

/** Strikes a desk with something no restart can mend, and demands that it ends in emergency. */
async function ends(strike: (stage: Stage) => void, reason: RegExp): Promise<void> {
  let placed = -1;
  const ended = await rehearsed({
    async script(stage) {
      await untilTrading(stage);
      await untilResting(stage);
      stage.onLog(({ kind }) => {
        if (kind === 'actor-failed' && placed < 0) placed = stage.wire.placed.length;
      });
      strike(stage);
      await stage.sleep(60_000);
      throw new Error('the desk did not die');
    },
  });
  assertDead(ended, reason);
  assert.is(ended.wire.placed.length, placed, 'no order leaves after it');
  assert.is(ended.desk.actors().length, 0, 'nobody was started again');
}

for (const bug of BUGS) {
  test(`a stack that overflows in ${bug.path} (${bug.what ?? bug.messageKind}) is the end`, () => {
    const reason = new RegExp(`${bug.path}: Maximum call stack size exceeded`);
    return ends((stage) => bug.plant(stage, overflowTheStack), reason);
  });
}

for (const bug of BUGS.filter(({ path }) => /control|risk|settings/.test(path))) {
  test(`memory that runs out in ${bug.path} is the end`, () => {
    const reason = new RegExp(`${bug.path}: Array buffer allocation failed`);
    return ends((stage) => bug.plant(stage, askForTooMuch), reason);
  });
}

test('a stack that overflows while an actor comes back is the end', () =>
  ends((stage) => {
    onReadIn('desk/memory', stage.desk.parts.journal, 'store', () => void overflowTheStack());
    void stage.desk.administer('kill', 'trading/risk', 'a test');
  }, /Maximum call stack size exceeded/));

test.run();
