import { existsSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Reception } from '../../../src/remote/link/reception.ts';
import { dialLink, type LinkPlace } from '../../../src/remote/link/socket.ts';
import { until } from '../../support/process/until.ts';
import { withFiles } from '../../support/replay/files.ts';

/** Two places, and how often london was let in. */
async function atReception(
  use: (scene: {
    readonly reception: Reception;
    readonly places: readonly { readonly kind: 'unix'; readonly path: string }[];
    readonly came: () => number;
    readonly attempt: { close(): void };
  }) => Promise<void>,
): Promise<void> {
  await withFiles({}, async (pathOf) => {
    const places = ['a.sock', 'b.sock'].map((name) => {
      return { kind: 'unix', path: pathOf(name) } as const;
    });
    const reception = new Reception(places);
    let count = 0;
    const attempt = reception.from('london').open(
      () => {
        count += 1;
        return QUIET;
      },
      () => {},
    );
    try {
      await use({ reception, places, came: () => count, attempt });
    } finally {
      reception.close();
    }
  });
}

const QUIET = { message() {}, drained() {}, closed() {} };

/** @returns why london was not let in; null when it was */
function call(place: LinkPlace): Promise<string | null> {
  return new Promise((resolve) => {
    dialLink('london', 'tokyo', place).open(
      () => {
        resolve(null);
        return QUIET;
      },
      (why) => resolve(why),
    );
  });
}

test('a link that waits is reached at every place, also when it waited first', () =>
  atReception(async ({ reception, places, came }) => {
    assert.equal(await reception.open(), [0, 0]);
    for (const place of places) assert.is(await call(place), null);
    await until('both calls', () => came() === 2);
  }));

test('places that are opened anew know who waits', () =>
  atReception(async ({ reception, places, came }) => {
    await reception.open();
    await reception.open();
    assert.is(await call(places[0] as LinkPlace), null);
    await until('the call', () => came() === 1);
  }));

test('who waits no longer is not reached, and a later one is not taken away by an earlier', () =>
  atReception(async ({ reception, places, attempt, came }) => {
    await reception.open();
    attempt.close();
    assert.match((await call(places[0] as LinkPlace)) ?? '', '403');
    let later = 0;
    reception.from('london').open(
      () => {
        later += 1;
        return QUIET;
      },
      () => {},
    );
    attempt.close();
    assert.is(await call(places[1] as LinkPlace), null);
    await until('the call', () => later === 1);
    assert.is(came(), 0);
  }));

test('closing gives all places back, also while they are being opened', () =>
  atReception(async ({ reception, places }) => {
    await reception.open();
    reception.close();
    for (const { path } of places) assert.not(existsSync(path));
    const opening = reception.open().then(
      () => 'open',
      (thrown: Error) => thrown.message,
    );
    reception.close();
    assert.is(await opening, 'links: closed while it was opening');
    for (const { path } of places) assert.not(existsSync(path));
  }));

test('a place that cannot be had leaves none open', () =>
  withFiles({}, async (pathOf) => {
    const good = { kind: 'unix', path: pathOf('a.sock') } as const;
    const reception = new Reception([good, { kind: 'unix', path: pathOf('none/b.sock') }]);
    let why = '';
    await reception.open().catch((thrown: Error) => {
      why = thrown.message;
    });
    assert.match(why, /^links: .*EACCES|ENOENT/);
    assert.not(existsSync(good.path));
  }));

test.run();
