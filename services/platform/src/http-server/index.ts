export { createApp, jsonBody, onlyMethods, sendProblem } from './app.ts';
export { createInternalApp } from './internal-app.ts';
export { HttpProblem, notFound, unavailable } from './problem.ts';
export { createHttpServer, type HttpServer } from './server.ts';
export { validate } from './validate.ts';
export { requestIdOf, writeProblem } from './write-problem.ts';
