/** The guard's own eyes: on drivers in the test's hands, on files, and on the tools of libgpiod. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { actOnPanel, openPanel } from '../../hardware/gpio/panel.ts';
import type { ContactSource } from '../../src/control/guard/wire.ts';
import { nodeFiles } from '../../src/core/node-files.ts';
import { err, ok } from '../../src/core/result.ts';
import {
  type ContactDrivers,
  Contacts,
  OPENING_MS_MAX,
  RETRY_MS,
} from '../../src/guard/contacts.ts';
import { aLog } from '../support/actors/logs.ts';
import { type FakeBackend, fakeBackend } from '../support/gpio/backends.ts';
import { manualEnv } from '../support/manual-env.ts';
import { withFiles } from '../support/replay/files.ts';
import { must } from '../support/venue/fixtures.ts';

const CLOSED = { 17: 1, 27: 1, 22: 1 } as const;
const PINS = { a: 17, b: 27, tamper: 22 };
const RPIO: ContactSource = { driver: 'rpio', pins: PINS };
const GPIOD: ContactSource = { driver: 'gpiod', chip: 'gpiochip0', pins: PINS };
const ALL_OPEN = 7;

/** A guard's eyes whose driver answers with these, the last one again and again. */
function aGuard(...answers: (FakeBackend | string)[]) {
  const env = { ...manualEnv(), files: nodeFiles };
  const { log, lines } = aLog();
  let asked = 0;
  const answer = () => {
    const next = answers[Math.min(asked, answers.length - 1)] as FakeBackend | string;
    asked += 1;
    return typeof next === 'string' ? err({ kind: 'lost' as const, detail: next }) : ok(next);
  };
  const drivers: ContactDrivers = { rpio: answer, gpiod: async () => answer() };
  const contacts = new Contacts({ env, log, runFolder: '/run', drivers });
  return { env, contacts, lines, asked: () => asked };
}

test('without a source nobody knows how the contacts are', () => {
  const { contacts } = aGuard('nothing');
  assert.is(contacts.look(), null);
  contacts.close();
});

test('ES01: each contact that is open or cannot be read is a bit', () => {
  const backend = fakeBackend(CLOSED);
  const { contacts } = aGuard(backend);
  contacts.follow(RPIO);
  assert.is(contacts.look(), 0);
  backend.levels.set(27, 0);
  assert.is(contacts.look(), 2);
  backend.levels.delete(22);
  assert.is(contacts.look(), 6);
});

test('the same source goes on as it is, another one takes its place', () => {
  const [first, second] = [fakeBackend(CLOSED), fakeBackend({ ...CLOSED, 17: 0 })];
  const { contacts, asked } = aGuard(first, second);
  contacts.follow(RPIO);
  contacts.follow({ ...RPIO });
  assert.is(asked(), 1);
  contacts.follow({ driver: 'rpio', pins: { ...PINS, tamper: 5 } });
  assert.equal([contacts.look(), first.levels.size], [5, 0], 'the first one is closed');
});

test('ES01: what cannot be opened is unknown at first, then pressed', async () => {
  for (const source of [RPIO, GPIOD]) {
    const { env, contacts, lines, asked } = aGuard('busy');
    contacts.follow(source);
    await env.advance(OPENING_MS_MAX - 1);
    assert.is(contacts.look(), null);
    assert.is(asked(), OPENING_MS_MAX / RETRY_MS, 'it was tried again and again');
    await env.advance(1);
    assert.is(contacts.look(), ALL_OPEN);
    assert.match(lines.join('\n'), `${source.driver}: not opened within 10000 ms`);
    await env.advance(5 * RETRY_MS);
    assert.is(contacts.look(), ALL_OPEN);
  }
});

test('a source that opens late, within its time or after it, is read from then on', async () => {
  const soon = aGuard('busy', fakeBackend(CLOSED));
  soon.contacts.follow(GPIOD);
  await soon.env.advance(RETRY_MS + 1);
  assert.is(soon.contacts.look(), 0);
  await soon.env.advance(OPENING_MS_MAX);
  assert.is(soon.contacts.look(), 0, 'its time ends unheard');
  const answers = Array.from({ length: 11 }, () => 'busy');
  const late = aGuard(...answers, fakeBackend(CLOSED));
  late.contacts.follow(RPIO);
  await late.env.advance(OPENING_MS_MAX);
  assert.is(late.contacts.look(), ALL_OPEN);
  await late.env.advance(2 * RETRY_MS);
  assert.is(late.contacts.look(), 0, 'people could not take the trip back otherwise');
});

test('ES23: a driver that is no longer sound reads as pressed within 50 looks', async () => {
  const backend = fakeBackend(CLOSED);
  let isSound = true;
  const failing = {
    ...backend,
    selfTest: () => (isSound ? ok(undefined) : err({ kind: 'lost' as const, detail: 'it died' })),
  };
  const { env, contacts, lines } = aGuard(failing, fakeBackend(CLOSED));
  contacts.follow(RPIO);
  for (let looks = 0; looks < 120; looks += 1) assert.is(contacts.look(), 0);
  isSound = false;
  for (let looks = 0; looks < 50; looks += 1) contacts.look();
  assert.is(contacts.look(), ALL_OPEN);
  assert.match(lines.join('\n'), 'it died');
  await env.advance(RETRY_MS);
  assert.is(contacts.look(), 0);
});

test('a source that opens after another was asked for is closed', async () => {
  const [late, next] = [fakeBackend(CLOSED), fakeBackend(CLOSED)];
  const { env, contacts, asked } = aGuard(late, next);
  contacts.follow(GPIOD);
  contacts.follow(RPIO);
  await env.advance(OPENING_MS_MAX + 1);
  assert.equal([late.levels.size, next.levels.size, contacts.look()], [0, 3, 0]);
  const retried = aGuard('busy');
  retried.contacts.follow(RPIO);
  retried.contacts.close();
  await retried.env.advance(2 * OPENING_MS_MAX);
  assert.equal([asked(), retried.asked(), retried.contacts.look()], [2, 1, null]);
});

test('ES02: a pulse that was over before the look is seen on gpiod', async () => {
  let tell: Parameters<FakeBackend['watch']>[1] = () => {};
  const backend = fakeBackend(CLOSED);
  const watched = {
    ...backend,
    watch: (_: unknown, told: typeof tell) => {
      tell = told;
    },
  };
  const { env, contacts } = aGuard(watched as FakeBackend);
  contacts.follow(GPIOD);
  await env.advance(1);
  assert.is(contacts.look(), 0);
  tell({ pin: 27, level: 0 }, env.clock.mono());
  tell({ pin: 27, level: 1 }, env.clock.mono());
  assert.is(contacts.look(), 2);
  assert.is(contacts.look(), 0);
  tell({ pin: 22, level: null }, env.clock.mono());
  assert.is(contacts.look(), 4);
});

test('a panel is read as it is, and never made where there is none', () =>
  withFiles({}, async (pathOf) => {
    const env = { ...manualEnv(), files: nodeFiles };
    const file = pathOf('panel');
    const contacts = new Contacts({ env, log: aLog().log, runFolder: pathOf('') });
    contacts.follow({ driver: 'panel', file });
    await env.advance(2 * RETRY_MS);
    assert.equal([contacts.look(), nodeFiles.read(file)], [null, null]);
    must(openPanel(file, env)).close();
    await env.advance(RETRY_MS);
    assert.is(contacts.look(), 0);
    must(actOnPanel(nodeFiles, file, 'press'));
    assert.is(contacts.look(), 3);
    contacts.close();
  }));

test('F37: the real drivers refuse without GPIO, and nothing is known', async () => {
  const env = { ...manualEnv(), files: nodeFiles };
  const { log, lines } = aLog();
  const contacts = new Contacts({ env, log, runFolder: '/nowhere' });
  contacts.follow(RPIO);
  assert.is(contacts.look(), null);
  assert.match(lines.join('\n'), 'contacts-not-opened');
  contacts.close();
});

test.run();
