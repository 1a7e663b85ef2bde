import { crashRun } from './crash-run.ts';

await crashRun(process.argv[2] as string);
