import { useNavigate } from '@tanstack/react-router'
import { TextField } from '../../ui/TextField'
import { ERROR_CODES } from '../errors'
import {
  ENGINES,
  fromLocalField,
  LANES,
  STATES,
  toLocalField,
  withFilter,
  type FilterName,
  type Filters,
} from '../filters'
import { useText } from '../i18n'
import { SearchField } from '../parts/SearchField'
import { Select } from '../parts/Select'

const rare: readonly FilterName[] = ['engine', 'lane', 'room_id', 'user_id', 'from', 'to']

/** The filters of the page's address; typing changes it after a short pause. */
export function JobFilters({ filters }: { filters: Filters }) {
  const t = useText()
  const navigate = useNavigate()
  const set = (name: FilterName, value: string) =>
    void navigate({ to: '/admin/jobs', search: withFilter(filters, name, value), replace: true })
  const states = STATES.map((state) => [state, t(`state.${state}`)] as const)
  const lanes = LANES.map((lane) => [lane, t(`lane.${lane}`)] as const)
  const codes = ERROR_CODES.map((code) => [code, code] as const)
  const field = { filters, set }
  return (
    <div role="search" className="filters" aria-label={t('filters')}>
      <Typed {...field} name="q" type="search" placeholder={t('filters.q.hint')} />
      <Select
        label={t('filters.state')}
        value={filters.state ?? ''}
        options={states}
        onChoose={(value) => set('state', value)}
      />
      <Select
        label={t('filters.error_code')}
        value={filters.error_code ?? ''}
        options={codes}
        onChoose={(value) => set('error_code', value)}
      />
      <details className="filters-more" open={rare.some((name) => filters[name] !== undefined)}>
        <summary>{t('filters.more')}</summary>
        <div className="filters">
          <Select
            label={t('filters.lane')}
            value={filters.lane ?? ''}
            options={lanes}
            onChoose={(value) => set('lane', value)}
          />
          <Select
            label={t('filters.engine')}
            value={filters.engine ?? ''}
            options={ENGINES.map((engine) => [engine, engine] as const)}
            onChoose={(value) => set('engine', value)}
          />
          <Typed {...field} name="room_id" />
          <Typed {...field} name="user_id" />
          <Moment {...field} name="from" />
          <Moment {...field} name="to" />
        </div>
      </details>
    </div>
  )
}

interface FieldProps {
  filters: Filters
  set: (name: FilterName, value: string) => void
  name: FilterName
  type?: string
  placeholder?: string
}

function Typed({ filters, set, name, ...rest }: FieldProps) {
  const t = useText()
  return (
    <SearchField
      {...rest}
      label={t(`filters.${name}`)}
      given={filters[name] ?? ''}
      onSettled={(value) => set(name, value)}
    />
  )
}

function Moment({ filters, set, name }: FieldProps) {
  const t = useText()
  return (
    <TextField
      label={t(`filters.${name}`)}
      type="datetime-local"
      value={toLocalField(filters[name])}
      onChange={(event) => set(name, fromLocalField(event.target.value))}
    />
  )
}
