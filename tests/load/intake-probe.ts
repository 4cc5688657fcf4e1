/** Imported into a server under test: tells its processor time, all threads included, to the process that started it. */
process.on('message', () => process.send?.(process.cpuUsage()));
process.channel?.unref();
