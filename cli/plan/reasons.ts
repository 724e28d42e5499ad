/** Reasons that only a plan has, since nothing is decided and journalled by them. The codes are stable. */
export const planReasonMeanings = {
  'not-deployed': 'There is no stack of that name in the account and Region: everything would be new.',
  'policy-differs':
    'The policy file says otherwise than the policy that is deployed. The sentence has both values.',
  'policy-unknown':
    "The stack does not say which policy it was deployed with: it is of an older version, or not Stevedore's.",
  'same-policy': 'The stack has this policy already.',
  'could-consolidate':
    'Instances could go as the cluster is now, each once it has waited its time and the budgets allow it.',
  'nothing-to-do': 'As things are, nothing would be done for it.',
} as const;
