import { join } from 'node:path';
import { keysFolder } from '../../commands/access/connect.ts';
import { type ConfigFault, describeFault, type LoadedConfig } from '../../config/load.ts';
import type { Result } from '../../core/result.ts';
import { parseAuthorisedKeys } from '../../ops/access/authorised-keys.ts';
import { noticePath, readNotice, SIGN_OF_LIFE, signOfLifeUrl } from '../venue/notice.ts';
import { bad, type Check, type Finding, good, weak } from './check.ts';
import type { Host } from './host.ts';

/** Anything here for others than the owner. */
const OTHERS = 0o077;
const PING_TIMEOUT_MS = 1_000;
/** More of them are told by `flyball config check`. */
const FAULTS_SHOWN = 3;

export function deskChecks(
  dataFolder: string,
  configFile: string,
  loaded: Result<LoadedConfig, readonly ConfigFault[]>,
): readonly Check[] {
  return [
    { name: 'configuration', examine: () => configFinding(configFile, loaded) },
    { name: 'keys', examine: (host) => keysFinding(host, dataFolder) },
    { name: 'venue', examine: (host) => venueFinding(host, dataFolder) },
  ];
}

function configFinding(
  file: string,
  loaded: Result<LoadedConfig, readonly ConfigFault[]>,
): Finding {
  if (loaded.ok) {
    const { venues, strategies } = loaded.value.config;
    const names = venues.map(({ name, endpoint }) => `${name} (${endpoint})`).join(', ');
    return good(`${file}: ${names}, strategies ${strategies.map(({ label }) => label).join(', ')}`);
  }
  const faults = loaded.error.slice(0, FAULTS_SHOWN).map(describeFault).join('; ');
  return bad(faults, `no fault; \`flyball config check ${file}\` shows all ${loaded.error.length}`);
}

/** Who may log in, and whether anybody else can read the keys. */
function keysFinding(host: Host, dataFolder: string): Finding {
  const folder = keysFolder(dataFolder);
  const mode = host.modeOf(folder);
  if (mode === null) return good('none yet: the first start makes the one of the operator');
  const names = host.env.files.list(folder);
  const open = [folder, ...names.map((name) => join(folder, name))].filter(
    (path) => ((host.modeOf(path) ?? 0) & OTHERS) !== 0,
  );
  if (open.length > 0) return bad(`${open.join(', ')} open to others`, `chmod -R go= ${folder}`);
  const bytes = host.env.files.read(join(folder, 'authorised-keys'));
  if (bytes === null) return bad(`no list in ${folder}`, 'the list authorised-keys, from a backup');
  const keys = parseAuthorisedKeys(new TextDecoder().decode(bytes));
  if (!keys.ok) return bad(`authorised-keys:${keys.error}`, 'a list that can be read');
  const who = keys.value.map(({ name, role }) => `${name} (${role})`).join(', ');
  return good(who === '' ? 'nobody may log in' : who);
}

/** The simulated venue: the desk attaches to one that runs, and else brings one along. */
async function venueFinding(host: Host, dataFolder: string): Promise<Finding> {
  const notice = readNotice(host.env.files, dataFolder);
  if (notice === null || !host.isRunning(notice.pid)) {
    return good('simulated: none runs, so the start brings one along');
  }
  const { pid, port, source } = notice;
  const found = `simulated: process ${pid} on port ${port}, ${source}`;
  const url = signOfLifeUrl(notice);
  const fault = await new Promise<string | null>((resolve) => {
    host.env.net.http(
      { method: 'GET', url, headers: {}, timeoutMs: PING_TIMEOUT_MS },
      (outcome) => {
        if (!outcome.ok) resolve(`${outcome.error.kind}: ${outcome.error.detail}`);
        else
          resolve(outcome.value.status === SIGN_OF_LIFE ? null : `status ${outcome.value.status}`);
      },
    );
  });
  if (fault === null) return good(`${found}, answers`);
  const wanted = `an answer; end process ${pid} if it hangs, else remove ${noticePath(dataFolder)}`;
  return weak(`${found}, does not answer (${fault})`, wanted);
}
