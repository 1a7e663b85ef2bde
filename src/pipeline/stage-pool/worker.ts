import { serveStage } from './serve-stage.ts';

serveStage();
