import { ok } from '../../core/result.ts';
import type { RemoteSession } from '../../remote/client.ts';
import { runRecordedCommand } from './recorded-commands.ts';
import type { RecordedPort } from './recorded-port.ts';

/** A session with a recorded journal: the shell sees no difference but that nobody is at home. */
export function recordedSession(desk: RecordedPort): RemoteSession {
  return {
    user: 'nobody',
    role: 'viewer',
    version: `journal of ${desk.status().version}`,
    note: '',
    sign: null,
    run: async (words) => ok(await runRecordedCommand(desk, words)),
    onClosed: () => {},
    close: () => void desk.close(),
  };
}
