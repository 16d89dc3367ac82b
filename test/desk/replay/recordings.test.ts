/** Whole recordings of a real market, in processes as people run them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { recordedPath, recordings } from '../../support/edge/recordings.ts';
import { withFiles } from '../../support/replay/files.ts';
import { flyball, replay } from '../../support/replay/flyball.ts';

if (recordings !== null) {
  for (const name of ['btcusdt_20240808.gz', 'ethusdt_20240808.gz']) {
    test(`${name} is consumed whole, without gap or crossed book, and the same twice`, () =>
      withFiles({}, async (pathOf) => {
        const path = recordedPath(`l2/binance-spot/${name}`);
        const [one, two] = await Promise.all([
          replay(path, pathOf('one'), '--pace', 'max', '--seed', '3'),
          replay(path, pathOf('two'), '--pace', 'max', '--seed', '3'),
        ]);
        assert.equal(two.summary, one.summary);
        const { fills, gaps, crossed, orders } = one.summary;
        assert.ok(fills > 0 && orders > 50, JSON.stringify(one.summary));
        assert.equal([gaps, crossed], [0, 0]);
      }));
  }

  test('futures are refused with what to use instead', async () => {
    const path = recordedPath('l2/binance-usdm/btcusdt_20240808.gz');
    const ran = await flyball('start', '--replay', path, '--pace', 'max');
    assert.is(ran.exitCode, 1);
    assert.match(ran.err, 'BTCUSDT is a future, and only spot can be traded on a recording');
  });
}

test.run();
