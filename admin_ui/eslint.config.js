import js from '@eslint/js'
import globals from 'globals'
import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.ts'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  jsxA11y.flatConfigs.strict,
  {
    files: ['src/**/*.{ts,tsx}'],
    languageOptions: { globals: globals.browser },
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      'no-console': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // Nothing here is compiled by React's compiler, which cannot follow TanStack Virtual.
      'react-hooks/incompatible-library': 'off',
      // What people say has no subtitles but the message beside it.
      'jsx-a11y/media-has-caption': 'off',
    },
  },
  // A catalogue is as long as what it says.
  { files: ['**/i18n/{ko,en}.ts'], rules: { 'max-lines': 'off' } },
  {
    files: ['room', 'rooms', 'recordings', 'account', 'ui', 'api'].map((each) => `src/${each}/**`),
    ignores: ['**/*.test.*'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/console/**'], message: 'The console is a chunk of its own.' }] },
      ],
    },
  },
)
