/** What a database refuses or cannot do by itself; errors of SQL have PostgreSQL's codes instead. */
export type DatabaseErrorCode =
  /** Asked after `close` */
  | 'DatabaseClosed'
  /** The database is gone: only a new process goes on, from its rows */
  | 'DatabaseLost'
  /** Asked inside of a transaction, but not of the transaction */
  | 'NestedTransaction'
  /** Asked of a transaction that has ended */
  | 'TransactionEnded'
  /** A transaction was rolled back since nothing was asked of it for too long */
  | 'TransactionIdle';

export class DatabaseError extends Error {
  readonly code: DatabaseErrorCode;

  constructor(code: DatabaseErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseError';
    this.code = code;
  }
}
