#!/usr/bin/env -S node --disable-warning=TimeoutNegativeWarning
import { runOperator } from './compose.ts';

process.exitCode = await runOperator({ args: process.argv.slice(2), environment: process.env });
