import { join } from 'node:path';
import { run } from './command.ts';
import { environment } from './servers.ts';

/** Its command would look for Python where the environment was made, from which it has been moved. */
const MAIN = 'from cfnlint.runner import main; main()';

/**
 * cfn-lint, which moto brings along, on the templates that were packaged for the deployment. What it may leave out is in
 * the template's own Metadata. @throws with what it said, if it has found anything
 */
export async function lintTemplates(python: string, folder: string): Promise<void> {
  const packaged = join(folder, 'service', '.serverless');
  const templates = ['create', 'update'].map((step) =>
    join(packaged, `cloudformation-template-${step}-stack.json`),
  );
  const options = ['--non-zero-exit-code', 'informational', '--template', ...templates];
  await run(python, ['-c', MAIN, ...options], { cwd: packaged, env: environment(folder) });
}
