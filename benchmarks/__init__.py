"""The suite behind the figures in the README.

solve_folder   every manifest of a folder, solved, verified and timed
warm_child     small manifests in a warm child process, in a fresh one, and in none
plain_model    a second CP-SAT model that shares nothing with the optimiser
"""
