#!/usr/bin/env -S node --disable-warning=TimeoutNegativeWarning
import { runOperator } from './compose.ts';

await runOperator({ args: process.argv.slice(2), environment: process.env });
