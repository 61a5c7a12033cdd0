import type { Command, Option } from 'commander'
import type { Output } from './output.ts'
export function simplefinCommand(_program: Command, _output: Output, _json: () => Option): void {}
