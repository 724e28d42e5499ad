/** A variable that serverless.yml sets, or an error that says so before the first event is lost. */
export function required(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(
      `The environment variable ${name} is not set; serverless.yml sets it for every function.`,
    );
  return value;
}

/** A variable that serverless.yml sets only where there is a use for it. */
export const optional = (name: string): string | undefined => process.env[name] || undefined;
