import { HttpProblem, jsonBody, notFound, onlyMethods, validate } from '@tiktok-channel/platform/http-server';
import { personIn } from '@tiktok-channel/platform/identity';
import type { Clock, Result } from '@tiktok-channel/platform/kernel';
import { operatorBody, type RecordAct } from '@tiktok-channel/platform/operator-api';
import type { Express, Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { BuildRefusal, ProjectionBuilds } from '../../application/build-ports.ts';
import type { BuildView } from '../../application/show-builds.ts';
import { sendWhenDone } from './slow-answer.ts';

export interface ProjectionRoutes {
  /** Lets operators through and keeps who they are. */
  readonly operators: RequestHandler;
  readonly builds: ProjectionBuilds;
  readonly showBuilds: () => Promise<readonly BuildView[]>;
  readonly startBuild: (atMs: number) => Promise<Result<number, BuildRefusal>>;
  readonly recordAct: RecordAct;
  /** Told when there is a build more or less, or another is served. */
  readonly onChanged: () => void;
  readonly clock: Clock;
}

const PATH = '/operator/v1/projections';

export const mountProjections = (app: Express, routes: ProjectionRoutes): void => {
  const { operators, builds, showBuilds, startBuild, recordAct, onChanged, clock } = routes;
  /** On record before it is done. */
  const onRecord = (action: string, request: Request, response: Response, build?: number): Promise<void> => {
    const { reason } = validate(operatorBody, request.body);
    const subject = build === undefined ? null : `build-${build}`;
    return recordAct({ actor: personIn(response).userId, action: `projection.${action}`, subject, reason });
  };
  const show = async (build: number) => {
    const view = (await showBuilds()).find((each) => each.build === build);
    if (view === undefined) throw notFound('this build');
    return view;
  };

  app.get(PATH, operators, async (_request, response) => {
    response.json({ items: await showBuilds(), nextCursor: null });
  });
  app.post(PATH, operators, jsonBody, async (request, response) => {
    await onRecord('rebuild_started', request, response);
    const build = accepted(await startBuild(clock.now()));
    onChanged();
    response
      .status(201)
      .location(`${PATH}/${build}`)
      .json(await show(build));
  });
  app.all(PATH, onlyMethods('GET', 'POST'));

  app.get(`${PATH}/:build`, operators, async (request, response) => {
    response.json(await show(buildIn(request)));
  });
  app.delete(`${PATH}/:build`, operators, jsonBody, async (request, response) => {
    const build = buildIn(request);
    await onRecord('dropped', request, response, build);
    accepted(await builds.drop(build));
    onChanged();
    response.status(204).end();
  });
  app.all(`${PATH}/:build`, onlyMethods('GET', 'DELETE'));

  app.post(`${PATH}/:build/compare`, operators, jsonBody, async (request, response) => {
    const build = buildIn(request);
    await onRecord('compared', request, response, build);
    await sendWhenDone(response, accepted(await builds.compare(build)).comparison);
  });
  app.all(`${PATH}/:build/compare`, onlyMethods('POST'));

  app.post(`${PATH}/:build/switch`, operators, jsonBody, async (request, response) => {
    const build = buildIn(request);
    await onRecord('switched', request, response, build);
    accepted(await builds.switchTo(build, clock.now()));
    onChanged();
    response.json(await show(build));
  });
  app.all(`${PATH}/:build/switch`, onlyMethods('POST'));
};

const buildNumber = z.coerce.number().int().min(1).max(2_147_483_647);

const buildIn = (request: Request): number => {
  const parsed = buildNumber.safeParse(request.params.build);
  if (!parsed.success) throw notFound('this build');
  return parsed.data;
};

const accepted = <T>(result: Result<T, BuildRefusal>): T => {
  if (result.ok) return result.value;
  throw new HttpProblem(result.error === 'build_unknown' ? 404 : 409, result.error, REFUSALS[result.error]);
};

const REFUSALS: Readonly<Record<BuildRefusal, string>> = {
  build_unknown: 'there is no build of this number',
  build_served: 'this build is the one that is served',
  build_not_caught_up: 'this build lacks records that the served one has: wait until it has caught up',
  build_needed: 'the served build took over from this one, and readers are still being told what differs',
  too_many_builds: 'there are three builds already: drop one first',
  switch_unfinished: 'readers are still being told what the last switch changed: only back from it can be switched now',
  history_incomplete: 'a topic has lost its oldest records, so that a build from it would lack what is served now',
};
