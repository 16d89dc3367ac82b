import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { DeskStatus } from '../../../src/commands/desk.ts';
import type { PeerRow } from '../../../src/commands/peers/peers-port.ts';
import type { LinksSettings } from '../../../src/config/links-section.ts';
import type { Config } from '../../../src/config/schema.ts';
import { CutProxy } from '../../support/links/cut-proxy.ts';
import type { Daemon } from '../../support/process/daemon.ts';
import { livelyConfig } from '../../support/process/lively-config.ts';
import { onPremises, type Premises } from '../../support/process/premises.ts';
import { until } from '../../support/process/until.ts';
import { root } from '../../support/shared.ts';

type Name = 'london' | 'tokyo';

/** Certificates of the fixtures, made once and valid for a century. */
function papersOf(node: Name): NonNullable<LinksSettings['tls']> {
  const file = (name: string): string => join(root, 'test', 'support', 'fixtures', 'links', name);
  return {
    certificate: file(`${node}.pem`),
    key: file(`${node}.key`),
    authority: file('authority.pem'),
  };
}

function linked({ configFile }: Premises, links: LinksSettings): void {
  const withLinks = (config: Config): void => {
    config.remote = { links };
  };
  writeFileSync(configFile, livelyConfig(withLinks));
}

async function peersOf(daemon: Daemon): Promise<PeerRow> {
  const [row] = await daemon.ask<PeerRow[]>('peers');
  if (row === undefined) throw new Error('there is one peer');
  return row;
}

/** Where it listens for links; null while it does not. */
function portOf(daemon: Daemon): number | null {
  const listening = daemon.log().find(({ kind }) => kind === 'links-listening');
  return (listening?.['ports'] as number[] | undefined)?.[0] ?? null;
}

/** Waits until a daemon sees its peer in some way. */
function seesPeer(daemon: Daemon, what: string, isSo: (row: PeerRow) => boolean): Promise<PeerRow> {
  let row: PeerRow | null = null;
  return until(
    what,
    async () => {
      row = await peersOf(daemon);
      return isSo(row) ? row : null;
    },
    () => JSON.stringify(row),
  );
}

const trades = ({ mode }: PeerRow): boolean => mode === 'full-auto';

test(
  'two daemons over TLS ask each other, live through a cut, and one stops the other',
  onPremises((london) =>
    onPremises(async (tokyo) => {
      linked(tokyo, {
        node: 'tokyo',
        listen: ['127.0.0.1:0'],
        tls: papersOf('tokyo'),
        peers: [{ node: 'london' }],
      });
      const far = tokyo.start();
      const proxy = await CutProxy.to(() => portOf(far));
      linked(london, {
        node: 'london',
        listen: [],
        tls: papersOf('london'),
        peers: [{ node: 'tokyo', dial: `127.0.0.1:${proxy.port}` }],
      });
      const near = london.start();
      try {
        await cutAndStop(near, far, proxy, tokyo);
      } finally {
        proxy.close();
      }
    })(),
  ),
);

async function cutAndStop(
  near: Daemon,
  far: Daemon,
  proxy: CutProxy,
  tokyo: Premises,
): Promise<void> {
  await near.logged('link-up');
  const up = await seesPeer(near, 'a peer that trades', trades);
  assert.equal([up.node, up.isUp, up.gate], ['tokyo', true, []]);
  assert.ok(up.roundTripMs !== null && up.roundTripMs > 0);
  assert.match(up.incarnation ?? '', /^[0-9a-f]{16}$/);
  const status = await near.ask<DeskStatus>('peer status tokyo');
  assert.is(status.pid, far.pid, 'it is the other one that answers');
  assert.is(
    (await near.run('peer status paris')).error,
    'peer status: no peer paris: remote.links names tokyo',
  );

  proxy.cut();
  proxy.reset();
  await near.logged('peer-over');
  const lost = await peersOf(near);
  assert.equal([lost.isUp, lost.mode, lost.roundTripMs], [false, null, null]);
  const failed = await near.run('peer status tokyo');
  assert.match(failed.error ?? '', 'there is no link to its node');
  const untold = await near.run('peer kill tokyo');
  assert.is(untold.error, 'peer kill: there is no link to tokyo: it was not told');
  await far.logged('link-lost');

  proxy.heal();
  const again = await seesPeer(near, 'a peer that is back', trades);
  assert.is(again.incarnation, up.incarnation, 'the same life of it');
  const killed = await near.ask<{ mode: string; gate: string[] }>('peer kill tokyo wrong prices');
  assert.ok(killed.gate.includes('emergency'));
  await seesPeer(near, 'the news of the emergency', ({ mode }) => mode === 'emergency');
  const journal = tokyo.journal();
  await journal.until('emergency', ({ mode }) => mode === 'emergency');
  const commands = journal.events('command-given');
  assert.equal(
    commands.map(({ by, command }) => ({ by, command })),
    [{ by: 'operator@london', command: 'kill wrong prices' }],
    'who stopped it is journaled, once',
  );
  assert.is((await far.ask<DeskStatus>('status')).latch, 'operator@london: wrong prices');
  await until(
    'the other one to trade on',
    async () => (await near.ask<DeskStatus>('status')).mode === 'full-auto',
  );

  await far.kill();
  await near.logged('peer-over', '', 2);
  assert.not((await peersOf(near)).isUp, 'a peer that was killed is lost');
  assert.match((await near.run('peer health tokyo')).error ?? '', 'there is no link to its node');
}

test.run();
