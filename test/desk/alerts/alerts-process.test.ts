/** A real desk tells a real receiver, and a start after `kill -9` knows what was told. */
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AlertRow } from '../../../src/ops/alerts/alert-board.ts';
import { httpServer } from '../../support/edge/loopback.ts';
import { livelyConfig } from '../../support/process/lively-config.ts';
import { onPremises, type Premises } from '../../support/process/premises.ts';
import { until } from '../../support/process/until.ts';

const SECRET = 'a secret of the receiver';

interface Post {
  readonly isSigned: boolean;
  readonly id: number;
  readonly what: string;
  readonly by: string;
  readonly text: string;
}

/** Refuses the first post, as a receiver that comes up does, and keeps the others. */
function receiver(posts: Post[]): RequestListener {
  let asked = 0;
  return (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      asked += 1;
      response.statusCode = asked === 1 ? 503 : 204;
      response.end();
      if (asked > 1) posts.push({ ...JSON.parse(body), isSigned: isSigned(request, body) });
    });
  };
}

function isSigned({ headers }: IncomingMessage, body: string): boolean {
  const text = `${headers['x-flyball-timestamp']}.${body}`;
  const mac = createHmac('sha256', SECRET).update(text).digest('hex');
  return headers['x-flyball-signature'] === `sha256=${mac}`;
}

function tellTo(premises: Premises, port: number): void {
  const secretFile = join(premises.root, 'hook');
  writeFileSync(secretFile, `${SECRET}\n`, { mode: 0o600 });
  const webhook = { url: `http://127.0.0.1:${port}/`, secretFile, timeoutMs: 5_000, attempts: 8 };
  const change = (config: { alerts: unknown }): void => {
    config.alerts = { acknowledgeSeconds: 300, webhook };
  };
  writeFileSync(premises.configFile, livelyConfig(change));
}

test(
  'C37: a kill is told to the log, the list and the webhook, and is still open after a crash',
  onPremises(async (premises) => {
    const posts: Post[] = [];
    const server = await httpServer(receiver(posts));
    try {
      tellTo(premises, server.port);
      const daemon = premises.start();
      await daemon.logged('reconciled');
      await daemon.run('kill smoke');
      const posted = (what: string) => posts.find((post) => post.what === what);
      const told = await until('a post of the emergency', () => posted('emergency'));
      const given = await until('a post of the command', () => posted('command-given'));
      assert.is(given.by, 'operator');
      // Whoever was first to notice is named as who did it; the reason tells of both.
      assert.match(told.text, 'smoke');
      assert.ok(posts.every((post) => post.isSigned));
      await until('a line in the log', () =>
        daemon.log().some((line) => line.kind === 'alert' && line['what'] === 'emergency'),
      );
      const listed = await daemon.ask<AlertRow[]>('alerts --open');
      // A machine that stalls may have told of that, too.
      const isWanted = ({ what }: AlertRow): boolean => /^(emergency|command-given)$/.test(what);
      assert.equal(
        listed.filter(isWanted).map(({ id, what }) => [id, what]),
        [[told.id, 'emergency']],
      );
      await daemon.kill();

      const again = premises.start();
      await again.logged('reconciled');
      const left = await again.ask<AlertRow[]>('alerts --open');
      const [open, ...more] = left.filter(isWanted);
      assert.equal([open?.id, more], [told.id, []]);
      const rows = await again.ask<AlertRow[]>('alerts');
      assert.ok(rows.some(({ what }) => what === 'unclean-start'));
      const refused = await again.run('alerts acknowledge 1 --reason seen');
      const known = left.map(({ id }) => id).join(', ');
      assert.match(refused.error as string, `found 1, wanted one of ${known}`);
      const row = await again.ask<AlertRow>(`alerts acknowledge ${open?.id} --reason seen`);
      assert.equal([row.acknowledgedBy, row.reason], ['operator', 'seen']);
      assert.is(premises.journal().refresh().events('alert-acknowledged').length, 1);
      again.signal('SIGTERM');
      await again.end();
    } finally {
      await server.stop();
    }
  }),
);

test.run();
