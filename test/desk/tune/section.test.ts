import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sectionOf } from '../../../src/desk/tune/parameter-file.ts';
import { CATALOGUE } from '../../../src/desk/tune/search.ts';
import { LimitBook } from '../../../src/risk/breakers/limit-book.ts';
import { breakersSection } from '../../../src/risk/breakers/settings.ts';
import { spreadBlowout } from '../../../src/risk/controls/market.ts';

test('what tuning writes is a section that the desk takes, regime by regime', () => {
  const own = (spreadZ: number) => ({ ...CATALOGUE, spreadZ });
  const section = sectionOf(
    {
      thresholds: { calm: own(6), volatile: own(9), turbulent: own(12) },
      tuned: { calm: ['spreadZ'], volatile: ['spreadZ'], turbulent: ['spreadZ'] },
      evaluations: 60,
      objective: 0.5,
    },
    'sha256:abc',
    7,
  );
  const parsed = breakersSection.parse(section);
  const book = new LimitBook(parsed);
  assert.is(parsed.tuned?.seed, 7);
  assert.equal(
    (['calm', 'volatile', 'turbulent'] as const).map((at) => book.of(spreadBlowout, at).zMax),
    [6, 9, 12],
  );
});

test.run();
