/** The largest record or object that is taken, in bytes: so much of a file has to be in memory at once. */
export const mostRecordBytes = 64 * 1024 * 1024;
/** A header is read as a whole, too. */
export const mostHeaderBytes = 1024 * 1024;
/** As many as a table can have. */
export const mostFields = 1_600;
/** In bytes. A column's name has 63 at most. */
export const mostNameBytes = 1_024;
export const mostDepth = 1_000;
export const mostTables = 10_000;
/** Nothing that people keep packs better than this; a small file may, so that it is only asked above so many bytes. */
export const mostRatio = 200;
export const mostHarmlessBytes = 100_000_000;
export const readBytes = 256 * 1024;
