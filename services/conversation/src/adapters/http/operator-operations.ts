import { type OperatorOperation, operatorBody } from '@tiktok-channel/platform/operator-api';
import { z } from 'zod';
import { lineageQuery, lineageView } from './lineage.routes.ts';
import { buildsView, buildView, comparisonView } from './projection.views.ts';

const UNKNOWN = 'There is no build of this number: `build_unknown`.';

/** What this service serves to operators beside what all do. */
export const OPERATOR_OPERATIONS: readonly OperatorOperation[] = [
  {
    method: 'get',
    path: '/operator/v1/messages/{messageId}/lineage',
    operationId: 'showLineage',
    summary: 'Where a message, or a reply by its id, stands in each step of its way; never what it says',
    query: lineageQuery,
    response: lineageView,
    refusals: { 404: 'Nothing with this id is stored.' },
  },
  {
    method: 'get',
    path: '/operator/v1/projections',
    operationId: 'listBuilds',
    summary: 'Builds of the read models, and how far each is in each partition',
    response: buildsView,
    refusals: {},
  },
  {
    method: 'post',
    path: '/operator/v1/projections',
    operationId: 'startBuild',
    summary: 'Begins a build from the start of the topics, beside the served one',
    body: operatorBody,
    status: 201,
    response: buildView,
    refusals: { 409: 'There are three already, or the topics are not whole: `too_many_builds`, `history_incomplete`.' },
  },
  {
    method: 'get',
    path: '/operator/v1/projections/{build}',
    operationId: 'showBuild',
    summary: 'One of them',
    response: buildView,
    refusals: { 404: 'There is none of this number.' },
  },
  {
    method: 'delete',
    path: '/operator/v1/projections/{build}',
    operationId: 'dropBuild',
    summary: 'Deletes a build that is not served',
    body: operatorBody,
    status: 204,
    response: z.null(),
    refusals: { 404: UNKNOWN, 409: 'It is served, or needed still: `build_served`, `build_needed`.' },
  },
  {
    method: 'post',
    path: '/operator/v1/projections/{build}/compare',
    operationId: 'compareBuild',
    summary: 'Compares every row with the served build, by ids and columns alone',
    body: operatorBody,
    response: comparisonView,
    refusals: { 404: UNKNOWN, 409: 'It is served, or lacks records: `build_served`, `build_not_caught_up`.' },
  },
  {
    method: 'post',
    path: '/operator/v1/projections/{build}/switch',
    operationId: 'switchToBuild',
    summary: 'Serves this build from now on; the one before follows on',
    body: operatorBody,
    response: buildView,
    refusals: { 404: UNKNOWN, 409: 'Not now: `build_served`, `build_not_caught_up`, `switch_unfinished`.' },
  },
];
