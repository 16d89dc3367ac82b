import { EXIT } from '../../commands/command.ts';
import type { DoctorOptions } from '../../commands/local-command.ts';
import { answer, coloured, type Terminal } from '../../commands/terminal.ts';
import { loadConfig } from '../../config/load.ts';
import { type Check, examineAll, type Row, type Status } from './check.ts';
import { CLOCK_CHECKS } from './clock-checks.ts';
import { deskChecks } from './desk-checks.ts';
import { diskChecks } from './disk-checks.ts';
import type { Host } from './host.ts';
import { MACHINE_CHECKS } from './machine-checks.ts';
import { stopChecks } from './stop-checks.ts';

/** `flyball doctor`. @returns the exit code: 1 when anything fails */
export async function runDoctor(
  { configFile, dataDirectory, isJson }: DoctorOptions,
  host: Host,
  terminal: Terminal,
): Promise<number> {
  const loaded = loadConfig(configFile);
  const config = loaded.ok ? loaded.value.config : null;
  const checks: readonly Check[] = [
    ...MACHINE_CHECKS,
    ...CLOCK_CHECKS,
    ...diskChecks(dataDirectory, config),
    ...stopChecks(config?.hardware ?? null),
    ...deskChecks(dataDirectory, configFile, loaded),
  ];
  const width = Math.max(...checks.map(({ name }) => name.length));
  const rows = await examineAll(checks, host, (row) => {
    if (!isJson) terminal.out(lineOf(row, width, terminal));
  });
  const counts = { ok: 0, warn: 0, fail: 0 };
  for (const { status } of rows) counts[status] += 1;
  answer(
    terminal,
    isJson,
    { checks: rows, counts },
    () => `${counts.ok} ok, ${counts.warn} to look at, ${counts.fail} failed`,
  );
  return counts.fail === 0 ? EXIT.done : EXIT.failed;
}

const COLOUR = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

function lineOf({ check, status, found, wanted }: Row, width: number, terminal: Terminal): string {
  const head = `${word(status, terminal)}  ${check.padEnd(width)}  `;
  const under = ' '.repeat('warn'.length + 2 + width + 2);
  return `${head}${found}\n${wanted === null ? '' : `${under}wanted ${wanted}\n`}`;
}

function word(status: Status, terminal: Terminal): string {
  return coloured(terminal, COLOUR[status], status.padEnd('warn'.length));
}
