import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { actOnPanel } from '../../hardware/gpio/panel.ts';
import { openCheckpoint, signCheckpoint } from '../../src/audit/note/checkpoint.ts';
import { parseVerifierKey } from '../../src/audit/note/keys.ts';
import { consistencyProof, rangeRoot } from '../../src/audit/tree/proofs.ts';
import { openLatchLog } from '../../src/control/guard/latch-log.ts';
import { frameText } from '../../src/control/guard/wire.ts';
import { nodeFiles } from '../../src/core/node-files.ts';
import { aLogKey, ORIGIN } from '../support/audit/keys.ts';
import { keptTree, someLeaves } from '../support/audit/trees.ts';
import { inGuardWorld, signs } from '../support/guard/guard-world.ts';
import { until } from '../support/process/until.ts';
import { must } from '../support/venue/fixtures.ts';

test(
  'a daemon that vanishes is swept in every market, and in those where more was found',
  inGuardWorld(async (world) => {
    await world.armed();
    world.resting = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'];
    const { socket } = await world.raw();
    socket.destroy();
    assert.equal(world.resting.length, 3, 'who says no hello is nobody');
    const hello = { kind: 'hello', protocol: 2, version: '1', ward: world.ward() } as const;
    const successor = await world.raw();
    // A connection in the place of the first ends that one without a goodbye.
    successor.socket.write(frameText(hello));
    await until('nothing rests', () => world.resting.length === 0);
    assert.ok(world.asked.includes('DELETE SOLUSDT'));
    await world.logged('nothing-rests');
  }),
);

test(
  'a venue that fails is asked until it answers, and one whose clock is another in its time',
  inGuardWorld(async (world) => {
    await world.armed();
    world.resting = ['BTCUSDT'];
    world.failures = 3;
    world.venueMs = 4_000_000_000_000;
    world.guard.connectionClosed();
    await until('nothing rests', () => world.resting.length === 0);
    await world.logged('not-swept');
    await world.logged('nothing-rests');
    assert.ok(world.asked.filter((each) => each === 'GET time').length > 1);
  }),
);

test(
  'an open contact latches, cancels and is told; a reset with closed contacts lifts it',
  inGuardWorld(async (world) => {
    const client = world.client();
    let parts = {};
    client.listen((what) => {
      if (what === 'beat') client.beat(signs(parts));
    });
    await until('an armed guard', () => client.isLeased);
    const panel = `${world.folder}/run/panel`;
    must(actOnPanel(nodeFiles, panel, 'cut-b'));
    await until('a trip', () => client.view.cause !== null);
    assert.equal([client.view.trip, client.view.cause], [1, 'open contacts: b']);
    assert.ok(!client.view.isArmed && client.isLeased, 'the daemon is heard all the same');
    assert.is(must(openLatchLog(nodeFiles, `${world.folder}/latch.log`)).cause, 'open contacts: b');
    must(actOnPanel(nodeFiles, panel, 'release'));
    parts = { tripSeen: 1 };
    await until('an armed guard', () => client.view.isArmed);
    assert.is(must(openLatchLog(nodeFiles, `${world.folder}/latch.log`)).cause, null);
  }),
);

test(
  'ES23: a panel that is replaced under the guard reads as open',
  inGuardWorld(async (world) => {
    const client = await world.armed();
    const panel = `${world.folder}/run/panel`;
    nodeFiles.replace(
      panel,
      (nodeFiles.read(panel) as Uint8Array).map((byte) => byte ^ 0),
    );
    must(actOnPanel(nodeFiles, panel, 'hold-reset'));
    await until('a trip', () => client.view.cause === 'open contacts: a, b, tamper');
    await world.logged('no-contacts');
    // Another file lies there, which is readable: people can take the trip back.
    await until(
      'contacts',
      () => world.lines.filter((l) => l.includes('contacts-read')).length > 1,
    );
  }),
);

test(
  'ES01: contacts that cannot be opened arm nobody, read as open in the end, and a goodbye ends it',
  inGuardWorld(async (world) => {
    const contacts = { driver: 'panel', file: '/proc/none/panel' } as const;
    const client = world.client(world.ward({ contacts }));
    client.listen((what) => {
      if (what === 'beat') client.beat(signs());
    });
    await until('a lease', () => client.isLeased);
    assert.not(client.view.isArmed, 'nobody knows yet, or it is a trip already');
    await until('a trip', () => client.view.cause === 'open contacts: a, b, tamper');
    await client.goodbye();
    assert.match((await until('the end', () => world.ended)) ?? '', 'ended in order');
  }),
);

test(
  'a guard without its key says so, and after a loss never takes a venue for swept',
  inGuardWorld(async (world) => {
    nodeFiles.remove(world.keyFile);
    const client = await world.armed();
    assert.match(await world.logged('no-key'), 'guard-key.json: found no file');
    const { socket } = await world.raw();
    const hello = { kind: 'hello', protocol: 2, version: '1', ward: world.ward() } as const;
    socket.write(frameText(hello));
    await until('the loss', () => !client.view.isArmed);
    assert.equal(world.asked, []);
    assert.not(world.lines.some((line) => line.includes('nothing-rests')));
  }),
);

test(
  'A08: the guard cosigns as a witness over the same socket, and says when it does not',
  inGuardWorld(async (world) => {
    const client = await world.armed();
    const tree = keptTree(someLeaves(9));
    const checkpoint = (size: number): string => {
      const root = rangeRoot(0, size, tree.nodeAt);
      return signCheckpoint({ origin: ORIGIN, size, root }, [aLogKey()]);
    };
    const key = must(parseVerifierKey(client.witnessKey));
    const proof = consistencyProof(5, 9, tree.nodeAt);
    const first = must(await client.cosign(checkpoint(5), [], 0));
    must(openCheckpoint(Buffer.from(first), [aLogKey().key, key]));
    const stale = await client.cosign(checkpoint(9), [], 0);
    assert.equal(stale, { ok: false, error: { kind: 'stale-proof', seenSize: 5 } });
    must(await client.cosign(checkpoint(9), proof, 5));
    const rolledBack = await client.cosign(checkpoint(5), [], 0);
    assert.equal(rolledBack, {
      ok: false,
      error: { kind: 'inconsistent', found: '5 entries', expected: '9 or more' },
    });
    const none = await client.cosign('no checkpoint', [], 0);
    assert.ok(!none.ok && none.error.kind === 'refused');
    const asked = client.cosign(checkpoint(9), proof, 5);
    world.crash();
    const lost = await asked;
    assert.ok(lost.ok || lost.error.kind === 'no-witness');
    await until('the loss', () => client.view.pid === 0);
    const gone = await client.cosign(checkpoint(9), proof, 5);
    assert.equal(gone, { ok: false, error: { kind: 'no-witness', detail: 'no guard is heard' } });
  }),
);

test(
  'a key that may trade is pointed out',
  inGuardWorld(async (world) => {
    const ward = world.ward();
    const venues = ward.venues.map((venue) => ({ ...venue, isCancelOnly: false }));
    await world.armed({ ...ward, venues });
    await world.logged('key-may-trade');
  }),
);

test(
  'F06: a guard that is started after a crash sweeps for the daemon that it finds noted',
  inGuardWorld(async (world) => {
    const client = await world.armed();
    world.crash();
    await until('the loss', () => !client.isLeased && client.view.pid === 0);
    world.resting = ['ETHUSDT'];
    await world.start();
    await until('nothing rests', () => world.resting.length === 0);
    await until('an armed guard', () => client.isLeased);
  }),
);

test(
  'a daemon of another protocol is refused with the right one',
  inGuardWorld(async (world) => {
    const { socket, frames } = await world.raw();
    const ward = world.ward();
    socket.write(frameText({ kind: 'hello', protocol: 1, version: '9', ward }));
    await until('a refusal', () => frames.length > 0);
    assert.equal(frames, [{ kind: 'refused', reason: 'found protocol 1, wanted 2' }]);
  }),
);

test(
  'a line that is no frame is refused with its reason and ends the connection',
  inGuardWorld(async (world) => {
    const { socket, frames } = await world.raw();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write('{"kind":"buy"}\n{"kind":"goodbye"}\n');
    await closed;
    assert.is(frames[0]?.kind, 'refused');
    assert.is(world.ended, null, 'what followed was not heard');
    const flood = await world.raw();
    const cut = new Promise((resolve) => flood.socket.once('close', resolve));
    flood.socket.write('x'.repeat(100_000));
    await cut;
    assert.match(await world.logged('connection-fault'), 'kind');
  }),
);

test(
  'a guard that a desk has started ends with its data directory',
  inGuardWorld(async (world) => {
    nodeFiles.remove(`${world.folder}/run`);
    await until('the end', () => world.ended);
    assert.is(world.ended, 'the data directory is gone');
  }),
);

test.run();
