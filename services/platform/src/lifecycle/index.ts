export { type BackgroundLoop, createBackgroundLoop } from './background-loop.ts';
export { createFromRegistry, type FromRegistry } from './from-registry.ts';
export { createLifecycle, type Health, type Lifecycle, type Part } from './lifecycle.ts';
export { runService } from './run-service.ts';
