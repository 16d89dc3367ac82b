import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EDGE_BYTES_MAX, EdgeFile, PENDING_MAX } from '../../../hardware/gpio/edge-file.ts';
import { openGpiod } from '../../../hardware/gpio/gpiod.ts';
import { dialectOf } from '../../../hardware/gpio/gpiod-dialect.ts';
import { contactReader, type GpioBackend, type Level } from '../../../hardware/gpio/port.ts';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { FakeGpiod, quickTimers } from '../../support/gpio/fake-gpiod.ts';
import { withFiles } from '../../support/replay/files.ts';
import { root } from '../../support/shared.ts';

/** Resolves once the claim holds; the runner's own limit ends a wait that is in vain. */
const until = (holds: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (holds()) resolve();
      else nodeTimers.after(1, look);
    };
    look();
  });

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

let looks = 0;
/** Counts what the backend waits for, so that a test can let it look some more times. */
const timers = {
  ...nodeTimers,
  after: (delayMs: number, run: () => void) =>
    nodeTimers.after(delayMs, () => {
      looks += 1;
      run();
    }),
};
const outside = { clock: nodeClock, timers };

async function withGpiod(
  version: string,
  use: (fake: FakeGpiod, backend: GpioBackend) => Promise<void>,
): Promise<void> {
  await withFiles({}, async (pathOf) => {
    const fake = new FakeGpiod(pathOf(''), version);
    const opened = await openGpiod(fake.options, outside);
    try {
      if (!opened.ok) throw new Error(opened.error.detail);
      await use(fake, opened.value);
    } finally {
      if (opened.ok) opened.value.close();
      fake.end();
    }
  });
}

const CALLS: Readonly<Record<string, string[]>> = {
  'v1.6.3': [
    'gpioget --bias=pull-down gpiochip0 17',
    'gpiomon --line-buffered --bias=pull-down --format=%e gpiochip0 17',
    'gpioset --mode=signal gpiochip0 22=1',
  ],
  'v2.1.2': [
    'gpioget --numeric --bias=pull-down --chip=gpiochip0 17',
    'gpiomon --edges=both --bias=pull-down --format=%E --chip=gpiochip0 17',
    'gpioset --chip=gpiochip0 22=1',
  ],
};

for (const [version, calls] of Object.entries(CALLS)) {
  test(`libgpiod ${version} is spoken to in its own words, and its edges are read`, () =>
    withGpiod(version, async (fake, backend) => {
      const read = contactReader(backend, { a: 17, b: 27, tamper: 27 });
      assert.equal([backend.kind, read(), backend.readSync(4)], ['gpiod-cli', 0, null]);
      const seen: string[] = [];
      backend.watch([17, 27], ({ pin, level }) => seen.push(`${pin}=${level}`));
      assert.throws(() => backend.watch([17], () => {}), /one watch/);
      fake.edge(17, 0);
      // In one turn, as the gate does: nothing of this process' event loop has run.
      while (backend.readSync(17) !== 0);
      assert.equal(seen, []);
      assert.is(read(), 1);
      fake.edge(17, 1);
      await until(() => seen.length === 2);
      fake.edge(27, 1);
      await until(() => seen.length === 4);
      assert.equal(seen, ['17=0', '17=1', '27=0', '27=1']);
      backend.write(22, 1);
      await until(() => fake.calls().some((call) => call.startsWith('gpioset')));
      const mine = fake.calls().filter((call) => / (17|22=1)$/.test(call));
      assert.equal([...new Set(mine)].sort(), calls);
      assert.throws(() => backend.write(17, 1), /line 17 is an output/);
    }));
}

test('edges of the self-test, before anybody watches, stop nobody who watches later', () =>
  withGpiod('v1.6.3', async (fake, backend) => {
    fake.edge(17, 0);
    while (backend.readSync(17) !== 0);
    fake.edge(17, 1);
    while (backend.readSync(17) !== 1);
    const seen: string[] = [];
    backend.watch([17, 27], ({ pin, level }) => seen.push(`${pin}=${level}`));
    fake.edge(27, 0);
    await until(() => seen.length > 0);
    assert.equal(seen, ['27=0']);
  }));

test('ES23: a gpiomon that ends stops everything and is told once a pin', () =>
  withGpiod('v1.6.3', async (fake, backend) => {
    const seen: string[] = [];
    backend.watch([17, 27], ({ pin, level }) => seen.push(`${pin}=${level}`));
    await until(() => fake.holder(27) > 0);
    process.kill(fake.holder(27), 'SIGKILL');
    await until(() => seen.length === 2);
    const before = looks;
    await until(() => looks > before + 2);
    assert.equal(seen, ['17=null', '27=null']);
    await until(() => !isAlive(fake.holder(17)));
    backend.close();
    const test = backend.selfTest();
    assert.ok(!test.ok && /^gpiomon of line 27 ended with SIGKILL$/.test(test.error.detail));
    backend.write(22, 1);
    assert.is(backend.readSync(17), null);
  }));

test('ES23: an edge that makes no sense is a stop', () =>
  withGpiod('v2.2.1', async (fake, backend) => {
    fake.print(17, 'event: RISING EDGE\n');
    while (backend.readSync(17) !== null);
    const test = backend.selfTest();
    assert.ok(!test.ok && /^line 17: its edges make no sense$/.test(test.error.detail));
    assert.is(backend.readSync(27), 1);
  }));

test('an output is held by one child at a time, and its death is a stop', () =>
  withGpiod('v1.6.3', async (fake, backend) => {
    const sets = () => fake.calls().filter((call) => call.startsWith('gpioset'));
    backend.write(22, 1);
    await until(() => fake.holder(22) > 0);
    const first = fake.holder(22);
    backend.write(22, 1);
    for (const level of [0, 1, 0] as Level[]) backend.write(22, level);
    await until(() => sets().length === 2);
    assert.match(sets()[1] as string, /22=0$/);
    await until(() => fake.holder(22) !== first);
    assert.is(backend.selfTest().ok, true);
    process.kill(fake.holder(22), 'SIGKILL');
    await until(() => !backend.selfTest().ok);
    const test = backend.selfTest();
    assert.ok(!test.ok && test.error.detail === 'gpioset of line 22 ended with SIGKILL');
  }));

test('a process that is killed leaves nobody behind who holds its lines', () =>
  withFiles({}, async (pathOf) => {
    const fake = new FakeGpiod(pathOf(''), 'v1.6.3');
    const program = join(root, 'dist', 'test', 'support', 'gpio', 'gpiod-holder.js');
    const daemon = spawn(process.execPath, [program, JSON.stringify(fake.options)]);
    const [ready] = await once(daemon.stdout, 'data');
    assert.is(String(ready), 'ready\n');
    await until(() => fake.holder(17) > 0 && fake.holder(27) > 0);
    daemon.kill('SIGKILL');
    await until(() => !isAlive(fake.holder(17)) && !isAlive(fake.holder(27)));
    fake.end();
  }));

test('ES13: a line that shows 0 when it is opened reads 0', () =>
  withFiles({}, async (pathOf) => {
    const fake = new FakeGpiod(pathOf(''), 'v2.2.1');
    fake.set('level-17', '0\n');
    const opened = await openGpiod({ ...fake.options, inputs: [17] }, outside);
    assert.ok(opened.ok);
    assert.is(opened.value.readSync(17), 0);
    opened.value.close();
    fake.end();
  }));

test('what the tools refuse is told, and nothing is opened', () =>
  withFiles({}, async (pathOf) => {
    const fake = new FakeGpiod(pathOf(''), 'v1.6.3');
    const refusal = async (more: Partial<FakeGpiod['options']> = {}): Promise<string> => {
      const opened = await openGpiod({ ...fake.options, ...more }, outside);
      return opened.ok ? 'opened' : `${opened.error.kind}: ${opened.error.detail}`;
    };
    try {
      assert.match(await refusal({ toolFolder: pathOf('none') }), /^no-package: .*ENOENT/);
      assert.match(await refusal({ toolFolder: null }), /^(no-package|pin-refused): /);
      assert.match(
        await refusal({ chip: 'gpiochip9' }),
        /^pin-refused: .*ended with 1: gpioget: unrecognized option 'gpiochip9'/,
      );
      assert.match(await refusal({ folder: pathOf('none') }), /^init-failed: line 17: ENOENT/);
      fake.set('level-27', 'active\n');
      assert.match(
        await refusal(),
        /^pin-refused: gpioget of line 27: found "active", wanted 0 or 1/,
      );
      fake.set('version', 'v3.0');
      assert.match(await refusal(), /^no-package: .*"gpiomon \(libgpiod\) v3.0", wanted libgpiod/);
      fake.set('version', 'v1.6.3');
      fake.set('level-27', '1\n');
      fake.set('gpiomon', '#!/bin/sh\n[ "$1" = --version ] && echo v1.6.3 || exit 7\n');
      assert.match(await refusal({ inputs: [27] }), /^lost: gpiomon of line 27 ended with 7$/);
      const idle = `[ "$1" = --version ] && { echo v1.6.3; exit; }; exec cat ${pathOf('held')}`;
      fake.set('gpiomon', `#!/bin/sh\n${idle}\n`);
      const late = /^init-failed: gpiomon did not take line 27 within 500 ms$/;
      assert.match(await refusal({ inputs: [27] }), late);
      const once = pathOf('once');
      fake.set('gpioget', `#!/bin/sh\n[ -e ${once} ] && kill -9 $$\n: > ${once}\necho 1\n`);
      assert.match(await refusal({ inputs: [27] }), /^pin-refused: .*ended with SIGKILL: $/);
      fake.set('gpiomon', `#!/bin/sh\nexec cat ${pathOf('held')}\n`);
      const hangs = await openGpiod(fake.options, { ...outside, timers: quickTimers });
      assert.ok(!hangs.ok && /: no answer within 2000 ms$/.test(hangs.error.detail));
    } finally {
      fake.end();
    }
  }));

test('a line that does not look like a version is refused', () => {
  const refused = dialectOf('');
  assert.ok(!refused.ok && /found ""/.test(refused.error.detail));
});

test('edges that come in pieces are whole, those without end or measure are a stop', () =>
  withFiles({}, async (pathOf) => {
    const level = (line: string): Level | null => (line === '1' ? 1 : line === '0' ? 0 : null);
    const file = new EdgeFile(pathOf('edges'), 1, (line) => level(line.slice(0, 1)));
    let size = 0;
    const append = (text: string): Level | null => {
      writeFileSync(file.childFd, text);
      size += text.length;
      return file.level();
    };
    assert.is(append('0'), 1);
    assert.is(append('ab\n1'), 0);
    assert.is(append('\n'), 1);
    assert.equal(file.edges(), [0, 1]);
    assert.equal(file.edges(), []);
    while (size + 8_000 < EDGE_BYTES_MAX) {
      assert.is(append(`${`0${'x'.repeat(30)}\n1${'x'.repeat(30)}\n`.repeat(120)}`), 1);
      file.edges();
    }
    for (let more = 0; more < 3; more += 1) append(`0${'x'.repeat(30)}\n`.repeat(120));
    assert.is(file.level(), null);
    file.close();

    const unreadable = new EdgeFile('/proc/self/mem', 1, level);
    assert.is(unreadable.level(), null);
    const endless = new EdgeFile(pathOf('endless'), 1, level);
    writeFileSync(endless.childFd, '1'.repeat(65));
    assert.is(endless.level(), null);
    const flood = new EdgeFile(pathOf('flood'), 1, level);
    writeFileSync(flood.childFd, '0\n1\n'.repeat(PENDING_MAX / 2));
    assert.is(flood.level(), 1);
    writeFileSync(flood.childFd, '0\n');
    assert.is(flood.level(), null);
    flood.close();
    assert.is(flood.level(), null);
  }));

test.run();
