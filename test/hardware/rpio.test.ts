import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rpioPresence } from '../../hardware/rpio.ts';

type Resolve = NonNullable<Parameters<typeof rpioPresence>[0]>;

/** Answers as Node does for a package that is there, or throws what it says. */
const resolver = (thrown: Error | null, asked: string[] = []): Resolve =>
  Object.assign(
    (name: string) => {
      asked.push(name);
      if (thrown !== null) throw thrown;
      return `/modules/${name}`;
    },
    { paths: () => null },
  );

test('a package whose native part is built is there', () => {
  const asked: string[] = [];
  assert.is(rpioPresence(resolver(null, asked)), null);
  assert.equal(asked, ['rpio/build/Release/rpio.node']);
});

test('a package that is not there is said in one sentence', () => {
  const thrown = new Error("Cannot find module 'rpio'\nRequire stack:\n- here");
  assert.is(
    rpioPresence(resolver(thrown)),
    "NO HARDWARE STOP: the optional package rpio is not built here (Cannot find module 'rpio')",
  );
});

test('this machine answers one or the other', () => {
  const presence = rpioPresence();
  assert.ok(presence === null || presence.startsWith('NO HARDWARE STOP'));
});

test.run();
