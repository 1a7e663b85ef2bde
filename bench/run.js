// npm run bench: this product and its peers on the same work, in turn, in one run. --help says what may be asked for.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { clean, scratchFolder } from './lib/folders.js';
import { printGoals } from './lib/goals.js';
import { describeMachine, describeVersions, load } from './lib/machine.js';
import { publish } from './lib/publish.js';
import { readSettings, USAGE } from './lib/settings.js';
import { printTable } from './lib/tables.js';
import { WORKS } from './works/index.js';

const BUSY = 0.5;

const settings = readSettings(process.argv.slice(2));
if (settings.help) console.log(USAGE);
else if (settings.list) for (const { name, describe } of WORKS) console.log(`${name.padEnd(14)} ${describe}`);
else if (settings.clean) clean();
else await runWorks(chosenWorks(settings));

function chosenWorks({ works }) {
  const unknown = works?.find((name) => !WORKS.some((work) => work.name === name));
  if (unknown !== undefined) throw new Error(`--work: there is no "${unknown}"; --list names them`);
  return WORKS.filter(({ name }) => works === null || works.includes(name));
}

async function runWorks(works) {
  const results = readResults();
  for (const work of works) {
    results[work.name] = await runWork(work);
    writeFileSync(settings.results, `${JSON.stringify(results, null, 2)}\n`);
  }
  printGoals(Object.fromEntries(works.map(({ name }) => [name, results[name]])));
  if (settings.publish !== undefined) publish(settings.publish, results, WORKS);
}

async function runWork(work) {
  const before = load();
  if (before > BUSY) console.log(`the machine is busy (load ${before}): take the figures of ${work.name} for a trial`);
  const scratch = scratchFolder(work.name);
  const bench = {
    peers: settings.peers,
    gigabytes: settings.gigabytes,
    runs: settings.runs,
    contest: { runs: settings.runs },
    sizes: (own) => settings.events ?? own,
    scratch,
  };
  try {
    const tables = await work.run(bench);
    for (const table of tables) printTable(table);
    const command = ['npm run bench --', ...process.argv.slice(2).filter((word) => word !== '--publish')].join(' ');
    return { command, machine: describeMachine(), versions: describeVersions(), loadBefore: before, tables };
  } finally {
    scratch.remove();
  }
}

function readResults() {
  return existsSync(settings.results) ? JSON.parse(readFileSync(settings.results, 'utf8')) : {};
}
