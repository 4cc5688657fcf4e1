export { eventually } from './eventually.ts';
export {
  createCountingIds,
  createManualClock,
  createRecordingLogger,
  type ManualClock,
  type RecordedLine,
} from './fakes.ts';
