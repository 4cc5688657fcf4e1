/** What a Prisma client and the client of its transactions have in common. */
export interface SqlClient {
  $queryRawUnsafe<T = unknown>(sql: string, ...values: unknown[]): Promise<T>;
  $executeRawUnsafe(sql: string, ...values: unknown[]): Promise<number>;
}

/** A Prisma client, as far as this room needs it. */
export interface TransactionalSqlClient extends SqlClient {
  $transaction<T>(work: (tx: SqlClient) => Promise<T>): Promise<T>;
}
