import { createPrivateKey, X509Certificate } from 'node:crypto';
import { keysFolder, shellSocket } from '../../commands/access/connect.ts';
import { listenAddress } from '../../config/host-port.ts';
import type { Config } from '../../config/schema.ts';
import type { Files } from '../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import { openKeyRing } from '../../ops/access/key-ring.ts';
import type { TlsListener } from '../../remote/tls.ts';
import type { DeskParts } from '../desk-parts.ts';

/** Where people attach, and who may; an error says what was found and what would be right. */
export function openShell(
  files: Files,
  folder: string,
  config: Config,
): Result<DeskParts['shell'], string> {
  const keyRing = openKeyRing(files, keysFolder(folder));
  if (!keyRing.ok) return keyRing;
  const tls = tlsListener(files, config.remote?.tls);
  if (!tls.ok) return tls;
  return ok({ socketPath: shellSocket(folder), tls: tls.value, keyRing: keyRing.value });
}

type TlsSettings = NonNullable<Config['remote']>['tls'];

function tlsListener(
  files: Files,
  settings: TlsSettings | undefined,
): Result<TlsListener | null, string> {
  if (settings === undefined) return ok(null);
  const certificate = fileOf(files, 'remote.tls.certificate', settings.certificate);
  if (!certificate.ok) return certificate;
  const key = fileOf(files, 'remote.tls.key', settings.key);
  if (!key.ok) return key;
  const fault = pairFault(certificate.value, key.value, 'remote.tls.key');
  if (fault !== null) return err(`remote.tls: ${settings.certificate}: ${fault}`);
  const { host, port } = listenAddress(settings.listen);
  return ok({
    host,
    port,
    certificate: certificate.value,
    key: key.value,
    clients: settings.clients,
  });
}

/** Found here, before anything runs: nothing could be started with them. */
export function pairFault(
  certificate: Uint8Array,
  key: Uint8Array,
  keyPath: string,
): string | null {
  try {
    const isPair = new X509Certificate(certificate).checkPrivateKey(
      createPrivateKey(Buffer.from(key)),
    );
    return isPair ? null : `found a certificate of another key, wanted that of ${keyPath}`;
  } catch (thrown) {
    return reasonOf(thrown);
  }
}

/** A file that the configuration names at `path`. */
export function fileOf(files: Files, path: string, name: string): Result<Uint8Array, string> {
  try {
    const bytes = files.read(name);
    return bytes === null ? err(`${path}: found no file ${name}, wanted PEM`) : ok(bytes);
  } catch (thrown) {
    return err(`${path}: ${name}: ${reasonOf(thrown)}`);
  }
}
