import { actOnPanel, type PanelAction } from '../../../hardware/gpio/panel.ts';
import type { EstopRecorded } from '../../../src/control/estop-event.ts';
import { assert } from '../../../src/core/result.ts';
import { panelFile } from '../../../src/desk/hardware/open-hardware.ts';
import type { JournalRecord } from '../../../src/storage/journal/codec.ts';
import { HASTY_FILES, type Stage } from './rehearsed.ts';

/** Does something to the panel of a desk on virtual time. */
export function onPanel({ desk }: Pick<Stage, 'desk'>, action: PanelAction): void {
  const done = actOnPanel(HASTY_FILES, panelFile(`${desk.parts.folder}/run`), action);
  assert(done.ok, done.ok ? '' : done.error.detail);
}

/** A press of the reset button that counts, as long as the desk looks every 250 ms. */
export async function pressReset(stage: Stage): Promise<void> {
  onPanel(stage, 'hold-reset');
  await stage.sleep(1_000);
  onPanel(stage, 'let-go-reset');
  await stage.sleep(500);
}

export function estopEvents(journal: Iterable<JournalRecord>): readonly EstopRecorded[] {
  return [...journal].map(({ event }) => event).filter((event) => event.kind === 'estop');
}
