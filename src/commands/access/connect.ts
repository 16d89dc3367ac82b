import { join } from 'node:path';
import type { Files } from '../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import { attach, type RemoteSession } from '../../remote/client.ts';
import { type OwnKey, operatorKey, ownKey } from '../../remote/keys.ts';
import { attachTls, type TlsTarget } from '../../remote/tls-client.ts';
import type { OptionSpec, ParsedWords, Surroundings } from '../local-command.ts';

/** Options of whoever attaches as somebody else than the local operator, or from elsewhere. */
export const CONNECT_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  as: { type: 'string', value: 'NAME', help: 'name of the key to log in with (default operator)' },
  identity: { type: 'string', value: 'F', help: 'its private half, as `flyball key make` made it' },
  tls: { type: 'string', value: 'HOST:PORT', help: 'a desk on another host, over TLS 1.3' },
  certificate: { type: 'string', value: 'F', help: 'client certificate for --tls, in PEM' },
  key: { type: 'string', value: 'F', help: 'private key of the certificate, in PEM' },
  'server-fingerprint': {
    type: 'string',
    value: 'HEX',
    help: 'SHA-256 of the certificate of the desk',
  },
};

/** Where the daemon of a data directory listens. */
export function shellSocket(dataFolder: string): string {
  return join(dataFolder, 'run', 'shell.sock');
}

export function keysFolder(dataFolder: string): string {
  return join(dataFolder, 'keys');
}

/** A session by the options of the command line; null, with a word on stderr, without one. */
export async function connect(
  words: ParsedWords,
  folder: string,
  around: Surroundings,
): Promise<RemoteSession | null> {
  const { env, terminal } = around;
  const key = keyOf(words, env.files, folder);
  if (!key.ok) {
    terminal.err(`no desk to attach to: ${key.error}\n`);
    return null;
  }
  const target = targetOf(words, env.files);
  if (!target.ok) {
    terminal.err(`${target.error}\n`);
    return null;
  }
  const session =
    target.value === null
      ? await attach(shellSocket(folder), key.value, env.timers)
      : await attachTls(target.value, key.value, env);
  if (session.ok) {
    if (session.value.note !== '') terminal.err(`${session.value.note}\n`);
    return session.value;
  }
  const hint = target.value === null ? '`flyball start` runs one\n' : '';
  terminal.err(`no desk to attach to: ${session.error}\n${hint}`);
  return null;
}

function keyOf(words: ParsedWords, files: Files, folder: string): Result<OwnKey, string> {
  const [name, file] = [words.text('as'), words.text('identity')];
  if (name === null && file === null) return operatorKey(files, keysFolder(folder));
  if (name === null || file === null) return err('--as and --identity: wanted together');
  return ownKey(files, file, name);
}

const ADDRESS = /^(?:\[([0-9a-fA-F:]+)\]|([^:]+)):(\d{1,5})$/;
const FINGERPRINT = /^[0-9a-f]{64}$/;

/** Null without `--tls`. */
function targetOf(words: ParsedWords, files: Files): Result<TlsTarget | null, string> {
  const address = words.text('tls');
  const parts = ['certificate', 'key', 'server-fingerprint'];
  if (address === null) {
    const stray = parts.find((name) => words.text(name) !== null);
    return stray === undefined ? ok(null) : err(`--${stray}: wanted together with --tls`);
  }
  const match = ADDRESS.exec(address);
  const port = Number(match?.[3] ?? Number.NaN);
  if (match === null || !(port >= 1 && port <= 65_535)) {
    return err(`--tls: found ${address}, wanted HOST:PORT`);
  }
  const missing = parts.find((name) => words.text(name) === null);
  if (missing !== undefined) return err(`--tls: wanted together with --${missing}`);
  // As openssl prints it or as we do.
  const found = words.text('server-fingerprint') as string;
  const serverFingerprint = found.replaceAll(':', '').toLowerCase();
  if (!FINGERPRINT.test(serverFingerprint)) {
    return err(`--server-fingerprint: found ${found}, wanted 64 hexadecimal digits`);
  }
  const certificate = fileOf(files, '--certificate', words.text('certificate') as string);
  if (!certificate.ok) return certificate;
  const key = fileOf(files, '--key', words.text('key') as string);
  if (!key.ok) return key;
  return ok({
    host: (match[1] ?? match[2]) as string,
    port,
    certificate: certificate.value,
    key: key.value,
    serverFingerprint,
  });
}

function fileOf(files: Files, option: string, file: string): Result<Uint8Array, string> {
  try {
    const bytes = files.read(file);
    return bytes === null ? err(`${option}: found no file ${file}, wanted PEM`) : ok(bytes);
  } catch (thrown) {
    return err(`${option}: ${file}: ${reasonOf(thrown)}`);
  }
}
