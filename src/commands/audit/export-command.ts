import { join } from 'node:path';
import { reasonOf } from '../../core/result.ts';
import { exportLog } from '../../storage/audit/export-log.ts';
import { logFaultText } from '../../storage/log-fault.ts';
import { EXIT } from '../command.ts';
import { answer } from '../terminal.ts';
import { logCommand } from './log-command.ts';

export const exportCommand = logCommand({
  name: 'audit export',
  usage: 'DIR',
  summary: 'copy the signed log, the journal behind it and the verifier key into a new folder',
  examples: ['flyball audit export /media/usb/flyball-2026-08'],
  options: {},
  run({ log, segments, keyFile }, words, { env, terminal }) {
    const [target, ...more] = words.positionals;
    if (target === undefined || more.length > 0) return 'wanted one folder to be made';
    const { files } = env;
    try {
      if (files.list(target).length > 0) {
        terminal.err(`audit export: ${target}: found something there, wanted a new folder\n`);
        return EXIT.failed;
      }
      const copied = exportLog(files, { log, segments, keyFile }, target);
      if (!copied.ok) {
        terminal.err(`audit export: ${logFaultText(copied.error)}\n`);
        return EXIT.failed;
      }
      files.replace(join(target, 'README.txt'), Buffer.from(README));
      answer(terminal, words.flag('json'), copied.value, () => {
        const { entries, records } = copied.value;
        return `${entries} entries and segments up to record ${records} are in ${target}`;
      });
      return EXIT.done;
    } catch (thrown) {
      terminal.err(`audit export: ${target}: ${reasonOf(thrown)}\n`);
      return EXIT.failed;
    }
  },
});

const README = `An audit log of Flyball, as it was when it was exported.

  audit/             C2SP tlog-tiles: entries, hashes and the signed checkpoint
  keys/audit.vkey    verifier key of the log; compare it with a copy from elsewhere
  journal/segments/  records that the entries were made of, as far as they were kept

  flyball audit verify THIS-FOLDER --key COPY-FROM-ELSEWHERE
  verify-audit.py THIS-FOLDER/audit --key "$(cat keys/audit.vkey)" --journal journal/segments

The second program shares nothing with the first: Python's standard library and openssl.
`;
