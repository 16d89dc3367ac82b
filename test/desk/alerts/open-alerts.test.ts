import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../../src/config/load.ts';
import { configSchema } from '../../../src/config/schema.ts';
import type { Files } from '../../../src/core/env.ts';
import { err, ok } from '../../../src/core/result.ts';
import { openAlerts } from '../../../src/desk/alerts/open-alerts.ts';

const URL_TEXT = 'https://alerts.example/hook';

function configWith(alerts: unknown) {
  const loaded = loadConfig('config/paper.yaml');
  if (!loaded.ok) throw new Error('the paper configuration is sound');
  return configSchema.safeParse({ ...loaded.value.config, alerts });
}

const filesWith = (text: string | null): Files =>
  ({ read: () => (text === null ? null : Buffer.from(text)) }) as unknown as Files;

function opened(files: Files, alerts: unknown) {
  const parsed = configWith(alerts);
  assert.ok(parsed.success);
  return openAlerts(files, parsed.data.alerts, 'desk');
}

test('without a section there are alerts and no webhook', () => {
  assert.equal(opened(filesWith(null), undefined), ok({ acknowledgeMs: 300_000, webhook: null }));
});

test('the secret is that of its file, without the line’s end', () => {
  const webhook = { url: URL_TEXT, secretFile: '/keys/hook' };
  const { ok: isOpen, ...rest } = opened(filesWith('0123456789abcdef\n'), { webhook });
  assert.ok(isOpen);
  const { value } = rest as { value: { webhook: { secret: Uint8Array; deskId: string } } };
  assert.is(Buffer.from(value.webhook.secret).toString(), '0123456789abcdef');
  assert.is(value.webhook.deskId, 'desk');
});

test('a secret that is not there, too short or unreadable is a refusal to start', () => {
  const webhook = { url: URL_TEXT, secretFile: '/keys/hook' };
  const where = 'alerts.webhook.secretFile: /keys/hook: ';
  assert.equal(
    opened(filesWith(null), { webhook }),
    err(`${where}found no file, wanted one with a secret`),
  );
  assert.equal(
    opened(filesWith(' short \n'), { webhook }),
    err(`${where}found 5 bytes, wanted at least 16`),
  );
  const broken = {
    read() {
      throw new Error('EACCES');
    },
  } as unknown as Files;
  assert.equal(opened(broken, { webhook }), err(`${where}EACCES`));
});

test('what is no address of the web is found by the check of the configuration', () => {
  for (const url of ['ftp://x/', 'hook', '']) {
    const parsed = configWith({ webhook: { url, secretFile: 'f' } });
    assert.match(parsed.error?.message ?? '', /wanted an address that begins with https/);
  }
});

test.run();
