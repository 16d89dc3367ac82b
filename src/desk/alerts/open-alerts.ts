import type { Config } from '../../config/schema.ts';
import type { Files } from '../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import type { Webhook } from '../../ops/alerts/webhook.ts';

/** How people are told; read once at the start. */
export interface OpenedAlerts {
  readonly acknowledgeMs: number;
  /** Null where nobody outside is told. */
  readonly webhook: Webhook | null;
}

/** A shorter secret can be found by trying. */
const SECRET_BYTES_MIN = 16;

/** An error says what was found and what would be right; it never holds the secret. */
export function openAlerts(
  files: Files,
  settings: Config['alerts'],
  deskId: string,
): Result<OpenedAlerts, string> {
  const { webhook } = settings;
  const acknowledgeMs = settings.acknowledgeSeconds * 1000;
  if (webhook === undefined) return ok({ acknowledgeMs, webhook: null });
  const secret = secretIn(files, webhook.secretFile);
  if (!secret.ok) return secret;
  return ok({ acknowledgeMs, webhook: { settings: webhook, secret: secret.value, deskId } });
}

function secretIn(files: Files, path: string): Result<Uint8Array, string> {
  const where = `alerts.webhook.secretFile: ${path}`;
  let bytes: Uint8Array | null;
  try {
    bytes = files.read(path);
  } catch (thrown) {
    return err(`${where}: ${reasonOf(thrown)}`);
  }
  if (bytes === null) return err(`${where}: found no file, wanted one with a secret`);
  const secret = Buffer.from(Buffer.from(bytes).toString('utf8').trim());
  if (secret.length >= SECRET_BYTES_MIN) return ok(secret);
  return err(`${where}: found ${secret.length} bytes, wanted at least ${SECRET_BYTES_MIN}`);
}
