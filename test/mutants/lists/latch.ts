import type { MutantFile } from '../mutant.ts';

export const LATCH: MutantFile = {
  file: 'src/control/latch.js',
  tests: ['control/latch'],
  mutants: [
    {
      what: 'a latch file that cannot be parsed is none',
      from: 'catch {\n                return UNREADABLE;',
      to: 'catch {\n                return null;',
    },
    {
      what: 'a latch file without a cause is none',
      from: "typeof cause === 'string' ? cause : UNREADABLE",
      to: "typeof cause === 'string' ? cause : null",
    },
    {
      what: 'a further trip replaces the first cause',
      from: 'return standing !== null && standing !== UNREADABLE;',
      to: 'return false;',
    },
    {
      what: 'an unreadable latch is left as it is',
      from: 'return standing !== null && standing !== UNREADABLE;',
      to: 'return standing !== null;',
    },
    {
      what: 'the spare is never used',
      from: 'useSpare(files, path, thrown);',
      to: 'throw thrown;',
    },
    { what: 'a latch that is cleared stands', from: 'files.remove(path);', to: '' },
    {
      what: 'the name of the spare is not synced',
      from: 'files.syncFolder(dirname(path));',
      to: '',
    },
  ],
};
